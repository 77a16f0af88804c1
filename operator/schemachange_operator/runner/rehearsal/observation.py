"""What a statement really did: locks, seen by another session before COMMIT, and files written anew."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from schemachange_operator.core.plan import LOCK_ORDER, LockHeld
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

INTERVAL = 0.002
"""Seconds between two looks at a statement that is its own transaction."""
WORTH_TELLING = LOCK_ORDER.index("ShareUpdateExclusive")
"""Weaker locks on indexes are taken by whatever reads or writes their table."""

Files = dict[int, dict[str, Any]]
"""Relations by OID: relation (schema.name), file, index_of."""


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
        self._known: list[int] = []

    def begin(self) -> Files:
        """Relations as they are committed now: only locks on these are told."""
        files = read_files(self._watching)
        self._known = list(files)
        return files

    def look(self) -> LocksSeen:
        """The locks held at this moment."""
        seen = LocksSeen()
        seen.add(self._watching.execute(query("locks_held"), {"pid": self._pid, "known": self._known}).fetchall())
        return seen

    @contextmanager
    def sampling(self) -> Iterator[LocksSeen]:
        """Gather locks while the block runs: a statement that is its own transaction holds none afterwards."""
        seen, ended = LocksSeen(), threading.Event()

        def sample() -> None:
            parameters = {"pid": self._pid, "known": self._known}
            while not ended.wait(INTERVAL):
                seen.add(self._watching.execute(query("locks_held"), parameters).fetchall())

        thread = threading.Thread(target=sample, name="lock-sampler", daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            ended.set()
            thread.join()


def read_files(session: Session) -> Files:
    """The file of every relation, as the session sees it, uncommitted ones of its own included."""
    return {row["oid"]: row for row in session.execute(query("relation_files")).fetchall()}


def rewritten(before: Files, after: Files) -> tuple[str, ...]:
    """Relations that are in another file now; an index only where its table is not."""
    changed = {oid for oid, row in before.items() if row["file"] and oid in after and after[oid]["file"] != row["file"]}
    return tuple(sorted(before[oid]["relation"] for oid in changed if before[oid]["index_of"] not in changed))
