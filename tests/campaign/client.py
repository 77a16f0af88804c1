"""The application: writes and reads all the time, and notes what the server acknowledged and what it left unanswered."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import psycopg

from campaign.facts import Written

COUNTER = "CREATE TABLE client_counter (only_one boolean PRIMARY KEY DEFAULT true, value bigint NOT NULL);" + (
    " INSERT INTO client_counter (value) VALUES (0)"
)
"""Beside the table that changes: what an application increments must be neither lost nor doubled."""
REST = 0.02
"""Seconds between two rounds, and of a transaction."""


class Client:
    """The application while it runs. `address` answers where the primary is now."""

    def __init__(self, address: Callable[[], str], table: str, first_id: int, reads: str = "") -> None:
        self._address, self._table, self._next, self._reads = address, table, first_id, reads
        self._ended = threading.Event()
        self._acknowledged: dict[int, str] = {}
        self._unknown: dict[int, str] = {}
        self._counted = self._unanswered = 0
        self._may_be_lost: dict[int, str] | None = None
        self._lost_counts = 0
        self._changing = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="client", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def end(self) -> Written:
        """Let it finish its round; what it knows."""
        self._ended.set()
        self._thread.join(60)
        assert not self._thread.is_alive(), "the client does not end"
        unknown = {**self._unknown, **(self._may_be_lost or {})}
        return Written(self._acknowledged, unknown, self._counted, self._counted + self._unanswered + self._lost_counts)

    def replication_ends(self) -> None:
        """From now on an asynchronous standby may lack what is acknowledged: those rows may be there or not."""
        with self._changing:
            self._may_be_lost = {} if self._may_be_lost is None else self._may_be_lost

    def replication_is_over(self) -> None:
        """The standby is the primary: what is acknowledged counts again."""
        with self._changing:
            if self._may_be_lost is not None:
                self._unknown.update(self._may_be_lost)
                self._may_be_lost = None

    def _work(self) -> None:
        while not self._ended.is_set():
            try:
                with psycopg.connect(self._address(), application_name="shop", connect_timeout=5) as session:
                    while not self._ended.is_set():
                        self._round(session)
                        self._ended.wait(REST)
            except psycopg.Error:
                self._ended.wait(REST)

    def _round(self, session: "psycopg.Connection[tuple[object, ...]]") -> None:
        number = self._next
        self._next += 1
        value = f"client {number}"
        try:
            session.execute(f"INSERT INTO {self._table} (id, note) VALUES (%s, %s)", (number, value))
            session.execute("UPDATE client_counter SET value = value + 1")
            session.execute(self._reads or f"SELECT count(*) FROM {self._table} WHERE id < 10").fetchone()
            # A transaction that stays open for a moment: what runs CONCURRENTLY has to wait for it, and can be hit meanwhile.
            self._ended.wait(REST)
        except psycopg.Error:
            session.rollback()
            return
        self._commit(session, number, value)

    def _commit(self, session: "psycopg.Connection[tuple[object, ...]]", number: int, value: str) -> None:
        try:
            session.commit()
        except psycopg.Error:
            self._unknown[number] = value
            self._unanswered += 1
            raise
        with self._changing:
            if self._may_be_lost is None:
                self._acknowledged[number] = value
                self._counted += 1
            else:
                self._may_be_lost[number] = value
                self._lost_counts += 1
