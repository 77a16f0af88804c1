"""One runner works on a database at a time: an advisory lock on a session of its own."""

from collections.abc import Callable
from typing import Any

import psycopg

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import TryLater
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

POLL = 0.5
"""Seconds between two tries."""
TRIES = 40
"""So that a runner gives up after about twenty seconds."""
ENDING_TRIES = 20
"""Looks at whether ended sessions are gone: about ten seconds."""

Pause = Callable[[float], bool]
"""Waits for some seconds; answers whether a stop was asked for meanwhile."""


class DatabaseLock:
    """The lock, held as long as its session lives."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def acquire(self, pause: Pause) -> None:
        """Take the lock, by polling: a session that blocks in pg_advisory_lock() holds a snapshot, which CREATE INDEX
        CONCURRENTLY of the holder would wait for.

        Raises TryLater(DatabaseBusy), naming the holder, or TryLater(Stopped).
        """
        for _ in range(TRIES):
            if self._one("advisory_try")["locked"]:
                return
            if pause(POLL):
                raise TryLater(Reason.STOPPED, "Asked to stop while waiting for the database. Nothing was run.")
        holder = self._session.execute(query("advisory_holder")).fetchone()
        who = holder["application_name"] if holder else "a session that has just ended"
        raise TryLater(
            Reason.DATABASE_BUSY, f"Another runner works on this database: {who}. Nothing was run; tried again later."
        )

    def confirm(self) -> None:
        """Make sure that the lock is still held; to be asked before anything is committed.

        Raises TryLater(DatabaseBusy) when it is not, TryLater(DatabaseUnreachable) when its session is gone.
        """
        try:
            held = self._one("advisory_held")["held"]
        except psycopg.OperationalError:
            raise TryLater(Reason.DATABASE_UNREACHABLE, "The session that held the database's lock was ended.") from None
        if not held:
            raise TryLater(Reason.DATABASE_BUSY, "The database's lock was lost.")

    def end_orphans(self, prefix: str, pause: Pause) -> tuple[str, ...]:
        """End sessions whose application_name begins with the prefix, and wait until they are gone.

        Whoever holds the lock knows that they are orphans: their runner has lost it. Answers their names.
        Raises TryLater(DatabaseBusy) when one does not end in time.
        """
        ended: list[str] = []
        for _ in range(ENDING_TRIES):
            orphans = self._session.execute(query("orphans_end"), {"prefix": prefix}).fetchall()
            if not orphans:
                return tuple(ended)
            ended.extend(name for row in orphans if (name := row["application_name"]) not in ended)
            if pause(POLL):
                raise TryLater(Reason.STOPPED, "Asked to stop while ending sessions of an earlier try. Nothing was run.")
        raise TryLater(Reason.DATABASE_BUSY, f"Sessions of an earlier try do not end: {', '.join(ended)}. Nothing was run.")

    def _one(self, name: str) -> dict[str, Any]:
        row = self._session.execute(query(name)).fetchone()
        if row is None:
            raise RuntimeError(f"query {name} answered no row")
        return row
