"""Locks as pg_locks shows them: who waits for which, and who holds what is in the way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

APPLICATION_MODES = frozenset({"AccessShareLock", "RowShareLock", "RowExclusiveLock"})
"""What reading and writing takes; whoever waits for more is a migration, a vacuum or an administrator."""
ROW_KINDS = frozenset({"transactionid", "tuple", "spectoken"})
"""Kinds of lock that are waited for because of a row."""
WEAK_MODE = "ShareUpdateExclusiveLock"


@dataclass(frozen=True)
class WaitingLock:
    """A lock that a session waits for."""

    pid: int
    kind: str
    """pg_locks.locktype: relation, transactionid, virtualxid, …"""
    tag: str
    """What is locked, so that it can be compared."""
    mode: str
    relation: int
    """Its OID; 0 where it is about something else."""
    milliseconds: int
    """How long it has been waited for."""

    @property
    def of_application(self) -> bool:
        """Whether it is what reading or writing rows waits for."""
        return self.mode in APPLICATION_MODES if self.kind == "relation" else self.kind in ROW_KINDS


@dataclass(frozen=True)
class Holder:
    """A transaction that holds what is in the way."""

    pid: int
    transaction: str
    """pg_locks.virtualtransaction: another one for each transaction of a session."""
    modes: tuple[str, ...]

    @property
    def weak(self) -> bool:
        """Whether it holds no more than vacuum, ANALYZE or CREATE INDEX CONCURRENTLY do."""
        return self.modes == (WEAK_MODE,)


def queue(session: Session) -> tuple[WaitingLock, ...]:
    """Every lock that anybody waits for."""
    return tuple(WaitingLock(**row) for row in session.execute(query("lock_queue")).fetchall())


def waiters(session: Session, pid: int, candidates: Sequence[int]) -> tuple[int, ...]:
    """Those of some sessions that wait behind `pid`."""
    if not candidates:
        return ()
    rows = session.execute(query("lock_waiters"), {"pid": pid, "waiters": list(candidates)}).fetchall()
    return tuple(row["pid"] for row in rows)


def holders(session: Session, wanted: Iterable[WaitingLock], pid: int) -> tuple[Holder, ...]:
    """Transactions other than `pid`'s that hold what conflicts with the locks wanted."""
    wishes = list(wanted)
    known = {"tags": [wish.tag for wish in wishes], "modes": [wish.mode for wish in wishes], "pid": pid}
    rows = session.execute(query("lock_holders"), known).fetchall()
    return tuple(Holder(row["pid"], row["transaction"], tuple(row["modes"])) for row in rows)


def holders_on(session: Session, relations: Sequence[str], pid: int) -> tuple[int, ...]:
    """Sessions other than `pid` that hold any lock on one of these relations, given as schema.name."""
    rows = session.execute(query("lock_holders_on"), {"relations": list(relations), "pid": pid}).fetchall()
    return tuple(row["pid"] for row in rows)
