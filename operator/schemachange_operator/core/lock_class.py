"""How a statement's locks are asked for: what waiting for one does to the application decides how long it may wait."""

from enum import Enum

from schemachange_operator.core.sql.statement import Statement


class LockClass(Enum):
    """Ways to wait."""

    STRONG = "the application queues behind it: short, growing waits with pauses between them"
    ROWS = "the application has rows that it wants, and may want rows that it has: longer, but below deadlock_timeout"
    WEAK = "the application reads and writes on: waits long enough for autovacuum to give way"
    UNLIMITED = "cut off it would leave debris, and it waits without anybody queueing: no limit, but it is watched"


_CLASSES = {
    "RowShare": LockClass.ROWS,
    "RowExclusive": LockClass.ROWS,
    "ShareUpdateExclusive": LockClass.WEAK,
}
"""Locks that go together with the application's own. Not AccessShare: a SELECT can call whatever takes more."""


def lock_class(statement: Statement) -> LockClass:
    """The class of a statement, from its grammar. What cannot be told counts as strong."""
    gentle = statement.lock in {"", *_CLASSES} or statement.kind.endswith("CONCURRENTLY")
    if gentle and not statement.transactional:
        return LockClass.UNLIMITED
    return _CLASSES.get(statement.lock, LockClass.STRONG)
