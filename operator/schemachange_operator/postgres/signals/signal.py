"""What all signals have in common."""

from dataclasses import dataclass
from typing import Any, Protocol

from schemachange_operator.api.throttle_rules import ThrottleRules
from schemachange_operator.core.backfill.throttle import Reading
from schemachange_operator.postgres.backfill_table import BackfillTable, Key
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

MONITOR = "the login may not see it; as an administrator: GRANT pg_monitor to it"


class Unreadable(Exception):
    """A signal cannot be read here; the text says why and what would help."""


@dataclass(frozen=True)
class Subject:
    """What is watched: the backfill's session and its table."""

    rules: ThrottleRules
    table: BackfillTable
    pid: int
    """The session that fills."""
    upper: Key | None
    """A key that the table had at the start."""
    migration_role: str


class Signal(Protocol):
    """One signal."""

    name: str

    def watched(self, rules: ThrottleRules) -> bool:
        """Whether the policy wants it."""

    def read(self, session: Session, subject: Subject) -> Reading:
        """What it says now, in a transaction of the caller's that is undone. Raises Unreadable or psycopg.Error."""


def row(session: Session, name: str, **given: Any) -> dict[str, Any]:
    """The one row that queries/signal_<name>.sql answers."""
    found = session.execute(query(f"signal_{name}"), given or None).fetchone()
    if found is None:
        raise Unreadable("the server does not answer it")
    return found
