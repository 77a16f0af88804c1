"""What a statement really did: locks, seen by another session before COMMIT, and files written anew."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql
from psycopg.pq import TransactionStatus

from schemachange_operator.core.plan import LOCK_ORDER, LockHeld
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

INTERVAL = 0.002
"""Seconds between two looks at a statement that is its own transaction."""
WORTH_TELLING = LOCK_ORDER.index("ShareUpdateExclusive")
"""Weaker locks on indexes are taken by whatever reads or writes their table."""

Files = dict[int, dict[str, Any]]
"""Relations by OID: oid, relation (schema.name), kind, file, index_of."""


@dataclass
class LocksSeen:
    """The strongest mode by relation, gathered."""

    _modes: dict[str, str] = field(default_factory=dict)

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Take note of rows of locks_held."""
        for row in rows:
            strength = LOCK_ORDER.index(row["mode"])
            if row["is_index"] and strength < WORTH_TELLING:
                continue
            if strength > LOCK_ORDER.index(self._modes.get(row["relation"], "")):
                self._modes[row["relation"]] = row["mode"]

    def since(self, earlier: "LocksSeen") -> tuple[LockHeld, ...]:
        """Locks that are new, or stronger, compared with those before."""
        return tuple(
            LockHeld(relation=relation, mode=mode)
            for relation, mode in sorted(self._modes.items())
            if earlier._modes.get(relation) != mode
        )


class Observer:
    """Looks at one working session from another one, a superuser's."""

    def __init__(self, watching: Session, working: Session) -> None:
        self._watching = watching
        self._pid = working.info.backend_pid
        self._files: Files = {}

    def begin(self) -> Files:
        """Relations as they are committed now: only locks on these are told."""
        self._files = read_files(self._watching)
        return self._files

    def look(self) -> LocksSeen:
        """The locks held at this moment."""
        seen = LocksSeen()
        seen.add(self._look(self._watching))
        return seen

    @contextmanager
    def sampling(self, holding: Session, names: Iterable[str]) -> Iterator[LocksSeen]:
        """Gather locks while the block runs: a statement that is its own transaction holds none afterwards.

        `holding`, a further session, keeps an old snapshot and weak locks on the tables that `names` (without schema) stand
        for: what works concurrently waits for them, and so long enough to be seen. It is let go once something was seen.
        """
        seen, ended = LocksSeen(), threading.Event()
        self._hold(holding, frozenset(names))

        def sample() -> None:
            while not ended.wait(INTERVAL):
                # Asked first: what waits has its locks by now, and is seen to hold them before it is let go on.
                waits = self._waits()
                found = self._look(self._watching)
                seen.add(found)
                if found or waits:
                    _let_go(holding)

        thread = threading.Thread(target=sample, name="lock-sampler", daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            ended.set()
            thread.join()
            _let_go(holding)

    def _look(self, session: Session) -> list[dict[str, Any]]:
        return session.execute(query("locks_held"), {"pid": self._pid, "known": list(self._files)}).fetchall()

    def _waits(self) -> bool:
        row = self._watching.execute(
            "SELECT cardinality(pg_catalog.pg_blocking_pids(%s)) > 0 AS waits", (self._pid,)
        ).fetchone()
        return bool(row and row["waits"])

    def _hold(self, holding: Session, names: frozenset[str]) -> None:
        named = [row for row in self._files.values() if row["relation"].split(".", 1)[1] in names]
        tables = {row["index_of"] or row["oid"] for row in named}
        holding.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        holding.execute("SELECT 1")
        for oid in tables & self._files.keys():
            if self._files[oid]["kind"] in {"r", "p"}:
                relation = sql.Identifier(*self._files[oid]["relation"].split(".", 1))
                holding.execute(sql.SQL("LOCK TABLE ONLY {} IN ACCESS SHARE MODE").format(relation))


def _let_go(holding: Session) -> None:
    if holding.info.transaction_status != TransactionStatus.IDLE:
        holding.execute("ROLLBACK")


def read_files(session: Session) -> Files:
    """The file of every relation, as the session sees it, uncommitted ones of its own included."""
    return {row["oid"]: row for row in session.execute(query("relation_files")).fetchall()}


def rewritten(before: Files, after: Files) -> tuple[str, ...]:
    """Relations that are in another file now; an index only where its table is not."""
    changed = {oid for oid, row in before.items() if row["file"] and oid in after and after[oid]["file"] != row["file"]}
    return tuple(sorted(before[oid]["relation"] for oid in changed if before[oid]["index_of"] not in changed))


def indexed(before: Files, after: Files) -> tuple[str, ...]:
    """Tables known before that have an index in a file of its own now: a new one, or one built anew."""
    built = {
        row["index_of"]
        for oid, row in after.items()
        if row["index_of"] in before and row["file"] and (oid not in before or before[oid]["file"] != row["file"])
    }
    return tuple(sorted(before[oid]["relation"] for oid in built))
