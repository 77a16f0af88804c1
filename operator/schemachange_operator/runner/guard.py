"""A second session that watches the first while it waits for locks or holds them, and gives way to the application."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from types import TracebackType
from typing import Self

import psycopg

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import Progress
from schemachange_operator.core.blocker import Blocker, sentences
from schemachange_operator.core.errors import ProcedureError, Stop
from schemachange_operator.postgres import blockers, locks
from schemachange_operator.postgres.build_progress import build_progress
from schemachange_operator.postgres.locks import Holder, WaitingLock
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner.ending import Ending
from schemachange_operator.runner.target import Target

FIRST_LOOK = 0.01
LONGEST_LOOK = 0.1
"""Seconds between two looks."""
CALM_LOOK = 1.0
"""The same while nobody can queue behind us."""
TELLING = 2.0
"""Seconds between two lines of progress that say the same: the operator reads no more than the end of the log."""
GIVE_WAYS = 3
"""How often a step gives way to the application before somebody has to decide."""


class GaveWay(Exception):
    """Our statement was cancelled, because the application had waited behind it for so many milliseconds."""

    def __init__(self, milliseconds: int, sessions: int) -> None:
        super().__init__(f"{sessions} sessions waited behind us, one of them for {milliseconds} ms")
        self.milliseconds = milliseconds
        self.sessions = sessions


class Guard:
    """Watches one session; remembers which locks it had to wait for and who was in the way."""

    def __init__(self, target: Target, watched: Session, title: str) -> None:
        self._target = target
        self._watched = watched
        self._pid = watched.info.backend_pid
        self._title = title
        self._session = target.fresh_session()
        rules = target.environment.request.policy.locks
        self._budget = rules.stall_milliseconds
        self._touched = target.environment.request.relations
        environment = target.environment
        self._ending = Ending(rules.end_blockers, environment.output, title, environment.request.step)
        self._wanted: dict[tuple[str, str], WaitingLock] = {}
        self._wake = threading.Event()
        self._stall: GaveWay | None = None
        self._told = ("", 0.0)
        self._ended = False
        self._stalls = 0
        self.blockers: tuple[Blocker, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._session.close()

    @contextmanager
    def on_duty(self, *, calm: bool = False) -> Iterator[None]:
        """Watch while the block runs, and cancel what it runs when the application waits for too long.

        Nothing is cancelled any more once the block has ended. Raises GaveWay, also where the block did not notice.
        """
        self._stall, self._ended = None, False
        longest = CALM_LOOK if calm else LONGEST_LOOK
        thread = threading.Thread(target=self._watch, args=(longest,), name="guard", daemon=True)
        thread.start()
        try:
            yield
        except (psycopg.Error, Stop) as error:
            # Whatever else is said of a statement that was cancelled; but what cannot be proved must not be tried again.
            unproven = isinstance(error, Stop) and error.reason == Reason.STATE_UNPROVEN
            if self._stall is None or self._watched.closed or unproven:
                raise
            raise self._stall from None
        finally:
            self._ended = True
            self._wake.set()
            thread.join()
        if self._stall is not None:
            raise self._stall

    def begins(self) -> None:
        """A statement begins: look often again."""
        self._wake.set()

    def holders(self) -> tuple[Holder, ...] | None:
        """Who holds now what we had to wait for; None when that is not known.

        The session may be lost: then nothing is known until it is there again.
        """
        if not self._wanted:
            return None
        try:
            return locks.holders(self._session, self._wanted.values(), self._pid)
        except psycopg.Error:
            self._reconnect()
            return None

    def name(self, pids: tuple[int, ...]) -> None:
        """Find out who these are, tell it, and end those that the policy names."""
        try:
            # By now the wait may be over; whoever was known to be in the way is then still the best that is known.
            self.blockers = blockers.described(self._session, pids) or self.blockers
            self._ending.consider(self._session, self.blockers)
        except psycopg.Error:
            self._reconnect()
        self._tell(sentences(self.blockers))

    def in_the_way(self) -> str:
        """Who keeps us from our locks, for the message with which the waiting ends.

        Whoever does so now; where nobody does any more, who did last; and where no wait was ever seen, whoever holds
        a lock on what the step touches.
        """
        try:
            holders = self.holders()
            pids = (
                locks.holders_on(self._session, self._touched, self._pid) if holders is None else [at.pid for at in holders]
            )
            self.blockers = blockers.described(self._session, pids) or self.blockers
        except psycopg.Error:
            self._reconnect()
        return sentences(self.blockers)

    def relations_wanted(self) -> tuple[int, ...]:
        """OIDs of the relations that we had to wait for."""
        return tuple(dict.fromkeys(lock.relation for lock in self._wanted.values() if lock.relation))

    def all_clear(self) -> None:
        """The waiting is over; say so, if it had been told."""
        if self._told[0]:
            self._target.environment.output.progress(Progress(text=f"{self._title} has its locks."))
            self._told = ("", 0.0)

    def count(self, stall: GaveWay, failed: Reason = Reason.STALL_BUDGET_EXCEEDED) -> None:
        """Note that way was given. Raises Stop when that has happened too often."""
        self._stalls += 1
        output = self._target.environment.output
        output.event("gave_way", times=self._stalls, milliseconds=stall.milliseconds, sessions=stall.sessions)
        self._tell(
            "", f"gave way to the application, which had waited for {stall.milliseconds} ms ({self._stalls} of {GIVE_WAYS})"
        )
        if self._stalls >= GIVE_WAYS:
            raise Stop(
                failed,
                f"{self._title}: the application waited behind it for more than {self._budget} ms, {self._stalls} times,"
                " and each time it gave way. Nothing of it is on the target. Apply it when there is less to do (a window),"
                " write it so that it needs no long lock (the plan's findings say how), or raise"
                " spec.locks.stallMilliseconds of the SchemaPolicy; then set spec.retry.",
            )

    def _watch(self, longest: float) -> None:
        interval = FIRST_LOOK
        while not self._ended:
            if self._wake.wait(interval):
                self._wake.clear()
                interval = FIRST_LOOK
                continue
            try:
                self._look()
            except psycopg.Error:
                self._reconnect()
            interval = min(interval * 1.2, longest)

    def _look(self) -> None:
        queue = locks.queue(self._session)
        ours = [lock for lock in queue if lock.pid == self._pid]
        for lock in ours:
            if (lock.tag, lock.mode) not in self._wanted:
                self._wanted[lock.tag, lock.mode] = lock
        late = [lock for lock in queue if lock.of_application and lock.milliseconds > self._budget and lock.pid != self._pid]
        behind = locks.waiters(self._session, self._pid, [lock.pid for lock in late])
        if behind or self._stall:
            self._give_way([lock.milliseconds for lock in late if lock.pid in behind])
        elif ours:
            self.name(blockers.blocking_pids(self._session, self._pid))
        elif text := build_progress(self._session, self._pid):
            self._tell("", text)

    def _give_way(self, milliseconds: list[int]) -> None:
        # Again and again until the block has noticed: a cancel request that arrives between two statements is lost.
        self._stall = self._stall or GaveWay(max(milliseconds), len(milliseconds))
        self._watched.cancel_safe(timeout=5)

    def _tell(self, blocked_by: str, text: str = "") -> None:
        said, at = self._told
        now = time.monotonic()
        words = blocked_by or text
        if now - at < (TELLING if _who(said) == _who(words) else 1.0):
            return
        self._told = (words, now)
        text = f"{self._title} waits for a lock. In the way: {blocked_by}." if blocked_by else f"{self._title}: {text}"
        self._target.environment.output.progress(Progress(text=text, blocked_by=blocked_by))

    def _reconnect(self) -> None:
        if not (self._session.closed or self._session.broken):
            return
        try:
            with closing(self._session):
                self._session = self._target.fresh_session()
        except (ProcedureError, psycopg.Error):
            # Without a second session nothing is named; the limits on each wait still hold.
            time.sleep(LONGEST_LOOK)


def _who(words: str) -> str:
    """A sentence without what changes all the time."""
    return words.partition(" since ")[0]
