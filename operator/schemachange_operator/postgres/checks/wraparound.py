"""An autovacuum that prevents wraparound gives way to nobody: whoever waits for its table waits until it has ended."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import TryLater
from schemachange_operator.core.plan import LOCK_ORDER
from schemachange_operator.postgres.checks.about import About
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

CONFLICTS = LOCK_ORDER.index("ShareUpdateExclusive")
"""Locks from this one on do not go together with VACUUM's."""


def check(session: Session, about: About) -> tuple[str, ...]:
    """Raises TryLater(WaitingForLock), naming it, when one works on a touched table."""
    if not any(LOCK_ORDER.index(statement.lock) >= CONFLICTS for statement in about.statements):
        return ()
    row = session.execute(query("check_wraparound"), {"relations": list(about.relations)}).fetchone()
    if row is None:
        return ()
    raise TryLater(
        Reason.WAITING_FOR_LOCK,
        f"{about.title}: an autovacuum that prevents wraparound works on {row['relation']} (pid {row['pid']}; the table's age is"
        f" {row['age']} transactions). It does not give way, and must not be ended. Nothing was run; tried again later.",
    )
