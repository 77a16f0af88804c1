"""How a statement's locks are asked for: what waiting for one does to the application decides how long it may wait."""

from enum import Enum

from schemachange_operator.core.sql.statement import Statement


class LockClass(Enum):
    """Three ways to wait."""

    STRONG = "the application queues behind it: short, growing waits with pauses between them"
    WEAK = "the application reads and writes on: waits long enough for autovacuum to give way"
    UNLIMITED = "cut off it would leave debris, and it waits without anybody queueing: no limit, but it is watched"


WEAK_LOCKS = frozenset({"RowShare", "RowExclusive", "ShareUpdateExclusive"})
"""Locks that go together with the application's own. Not AccessShare: a SELECT can call whatever takes more."""


def lock_class(statement: Statement) -> LockClass:
    """The class of a statement, from its grammar. What cannot be told counts as strong."""
    if not statement.transactional and (statement.kind.endswith("CONCURRENTLY") or statement.lock in {"", *WEAK_LOCKS}):
        return LockClass.UNLIMITED
    return LockClass.WEAK if statement.lock in WEAK_LOCKS else LockClass.STRONG
