"""Transactions on the touched tables that will not end soon: prepared ones, and those that have been open for long."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.circumstances import span
from schemachange_operator.core.errors import TryLater
from schemachange_operator.core.lock_conflicts import conflict
from schemachange_operator.postgres.checks.about import About
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

LONG_SECONDS = 30.0
"""A transaction that is open for longer is named."""


def check(session: Session, about: About) -> tuple[str, ...]:
    """Tell who holds what. Raises TryLater(WaitingForLock) for a prepared transaction that holds what the step needs: it has
    no session that could end, so that each try would only stand in the application's way.
    """
    given = {"relations": list(about.relations), "seconds": LONG_SECONDS}
    found = session.execute(query("check_transactions"), given).fetchall()
    for row in found:
        if row["gid"] and any(conflict(row["mode"], wanted) for wanted in about.locks(row["relation"])):
            raise TryLater(
                Reason.WAITING_FOR_LOCK,
                f"{about.title}: the prepared transaction {row['gid']} of {row['user']} has held {row['mode']} on"
                f" {row['relation']} for {span(row['seconds'])}, and holds it until somebody ends it, across a restart too."
                f" Nothing was run. COMMIT PREPARED or ROLLBACK PREPARED; it goes on by itself then.",
            )
    return tuple(_sentences(found))


def _sentences(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    told: set[Any] = set()
    for row in found:
        whose = row["gid"] or row["pid"]
        if whose not in told:
            told.add(whose)
            name = row["application"] or "no application name"
            who = f"The prepared transaction {row['gid']} of {row['user']}" if row["gid"] else "A transaction"
            of = "" if row["gid"] else f" of {row['user'] or 'somebody'} ({name}, process {row['pid']})"
            yield (
                f"{who}{of} has been open for {span(row['seconds'])} and holds {row['mode']} on {row['relation']}: where that is"
                " in the way, the step waits for its end."
            )
