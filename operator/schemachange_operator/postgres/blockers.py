"""Who blocks a session: sampled from a second session while the first one waits."""

import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import psycopg

from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

SLOWEST = 1.0
"""Seconds between two looks at a statement that is not blocked."""


@dataclass(frozen=True)
class Blocker:
    """A session in the way. State and age are empty where the login may not see them (grant it pg_read_all_stats)."""

    pid: int
    user: str
    application_name: str
    state: str
    seconds: int | None
    """Age of its transaction."""

    def sentence(self) -> str:
        """One phrase for people; no query text, since that can hold data."""
        age = "" if self.seconds is None else f" since {self.seconds} s"
        name = f" ({self.application_name})" if self.application_name else ""
        return f"pid {self.pid}, user {self.user}{name}, {self.state or 'state not visible'}{age}"


class BlockerWatch:
    """Looks at who blocks `pid`, in a thread, on a session of its own; remembers the last answer that named somebody."""

    def __init__(self, session: Session, pid: int) -> None:
        self._session = session
        self._pid = pid
        self._ended = threading.Event()
        self._begun = threading.Event()
        self._interval = SLOWEST
        self._thread = threading.Thread(target=self._look, name="blockers", daemon=True)
        self.blockers: tuple[Blocker, ...] = ()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._begun.set()
        self._thread.join()

    def begin(self, lock_timeout: int) -> None:
        """A statement begins that waits at most so many milliseconds for a lock: look several times in that time."""
        self._interval = max(lock_timeout / 4000, 0.01)
        self._begun.set()

    def _look(self) -> None:
        try:
            while not self._ended.is_set():
                if self._begun.wait(self._interval):
                    self._begun.clear()
                    continue
                self._sample()
                self._interval = min(self._interval * 1.2, SLOWEST)
        except psycopg.Error:
            # Naming the blocker is a courtesy; the work itself goes on without it.
            return

    def _sample(self) -> None:
        rows = self._session.execute(query("blockers"), {"pid": self._pid}).fetchall()
        if rows:
            self.blockers = tuple(Blocker(**row) for row in rows)
