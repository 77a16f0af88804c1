"""Looks at the server every few seconds while rows are filled, on a session of its own, and says when to hold."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
from psycopg import errors

from schemachange_operator.core.backfill.throttle import Reading, Throttle
from schemachange_operator.core.errors import ProcedureError
from schemachange_operator.postgres import preflight
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.signals.all import all_signals
from schemachange_operator.postgres.signals.signal import MONITOR, Signal, Subject, Unreadable
from schemachange_operator.postgres.sqlstate import primary
from schemachange_operator.runner.target import Target

EVERY = 2.0
"""Seconds between two looks."""
LONGEST = 5000
"""Milliseconds that reading one signal may take."""


class Watch:
    """What holds the backfill, as of the last look."""

    def __init__(self, target: Target, subject: Subject) -> None:
        self._target = target
        self._subject = subject
        self._session: Session = target.fresh_session()
        self._signals = [signal for signal in all_signals() if signal.watched(subject.rules)]
        self._ended = threading.Event()
        self._throttle = Throttle()
        self.unread: dict[str, str] = {}
        """Signals that cannot be read here, and why."""

    @property
    def held_by(self) -> str:
        """What holds it, in words; empty when nothing does."""
        return self._throttle.text

    @contextmanager
    def on_duty(self) -> Iterator[None]:
        """Look while the block runs, and once before it begins."""
        self.look()
        thread = threading.Thread(target=self._watch, name="watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()
            self._session.close()

    def look(self) -> None:
        """Read every signal once and judge them."""
        before = self._throttle
        readings = [reading for signal in tuple(self._signals) if (reading := self._read(signal))]
        self._throttle = self._throttle.judged(readings)
        for name in before.holding.keys() ^ self._throttle.holding.keys():
            event = "backfill_holds" if name in self._throttle.holding else "backfill_goes_on"
            self._target.environment.output.event(event, signal=name, message=self._throttle.holding.get(name, ""))

    def _watch(self) -> None:
        while not self._ended.wait(EVERY):
            if self._session.closed or self._session.broken:
                self._reconnect()
            else:
                self.look()

    def _read(self, signal: Signal) -> Reading | None:
        """None when it says nothing this time: then it stays as it was."""
        try:
            with self._session.transaction(force_rollback=True):
                self._session.execute("SET TRANSACTION READ ONLY")
                self._session.execute(preflight.timeouts(LONGEST, LONGEST))
                return signal.read(self._session, self._subject)
        except errors.InsufficientPrivilege:
            self._give_up(signal, MONITOR)
        except (Unreadable, errors.ProgrammingError) as error:
            self._give_up(signal, primary(error) if isinstance(error, psycopg.Error) else str(error))
        except psycopg.Error:
            pass
        return None

    def _give_up(self, signal: Signal, why: str) -> None:
        self._signals.remove(signal)
        self._throttle = self._throttle.without(signal.name)
        self.unread[signal.name] = why
        self._target.environment.output.event("signal_not_watched", signal=signal.name, message=why)

    def _reconnect(self) -> None:
        try:
            with closing(self._session):
                self._session = self._target.fresh_session()
        except (ProcedureError, psycopg.Error):
            # What is not known now stays as it was; the next round tries again.
            return
