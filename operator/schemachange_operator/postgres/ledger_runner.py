"""Which runner may write the ledger: the one that has taken the database over last, and no older one that still lives."""

from dataclasses import dataclass

from psycopg import errors

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import TryLater
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

SETTING = "schemachange.runner"
"""A session's own setting: the token that the ledger's triggers compare with the one that was given out last."""


@dataclass(frozen=True)
class Runner:
    """A runner that has taken the database over, and the server that it found."""

    number: int
    token: str
    application_name: str
    system_identifier: int
    timeline: int
    """Grows with each promotion of a standby."""

    @property
    def server(self) -> tuple[int, int]:
        """What is another one after a failover or a restore."""
        return self.system_identifier, self.timeline


def take_over(session: Session) -> tuple[Runner, Runner]:
    """Become the one that writes. Answers the one before and the new one.

    Every transaction that writes the ledger holds the row that is changed here until it ends: when this returns, none of an
    older runner is under way, and none can begin. Raises TryLater(DatabaseBusy) when one does not end.
    """
    before = _runner(session, "ledger_last_runner")
    try:
        return before, _runner(session, "ledger_take_over")
    except errors.LockNotAvailable:
        raise TryLater(
            Reason.DATABASE_BUSY,
            f"A transaction of an earlier runner ({before.application_name}) has not ended yet. Nothing was run; the server"
            " ends it when it notices that its client is gone. Tried again later.",
        ) from None


def current(session: Session) -> Runner:
    """The one that has taken the database over last."""
    return _runner(session, "ledger_last_runner")


def _runner(session: Session, name: str) -> Runner:
    row = session.execute(query(name)).fetchone()
    if row is None:
        raise RuntimeError("the ledger has no row for its runner")
    return Runner(**row)
