"""Who waits for a statement: which locks it takes on what existed before, and whose reads and writes they hold up."""

from collections.abc import Iterable, Iterator

from schemachange_operator.core.page.amounts import listed
from schemachange_operator.core.page.escaping import code
from schemachange_operator.core.plan import Forecast, LockHeld, PlannedStatement, PlannedStep

STOPS_READS = frozenset({"AccessExclusive"})
STOPS_WRITES = frozenset({"Share", "ShareRowExclusive", "Exclusive", "AccessExclusive"})
"""Lock modes that an INSERT, UPDATE or DELETE waits for (PostgreSQL documentation, table 13.2)."""


def foretold(statement: PlannedStatement) -> tuple[LockHeld, ...]:
    """Locks that were foretold; a relation that the change itself makes is in nobody's way, and has none."""
    return tuple(LockHeld(relation=one.relation, mode=one.lock) for one in statement.effects if one.lock)


def locks(statement: PlannedStatement, *, rehearsed: bool) -> tuple[LockHeld, ...]:
    """Locks as seen; as foretold where nothing was tried."""
    return statement.held if rehearsed else foretold(statement)


def stopped(held: Iterable[LockHeld]) -> tuple[list[str], list[str]]:
    """Relations whose reads and writes wait, and relations of which only the writes do."""
    modes: dict[str, set[str]] = {}
    for lock in held:
        modes.setdefault(lock.relation, set()).add(lock.mode)
    both = [name for name, taken in modes.items() if taken & STOPS_READS]
    return both, [name for name, taken in modes.items() if taken & STOPS_WRITES and name not in both]


def who_waits(held: Iterable[LockHeld], most: int = 3) -> str:
    """In words: reads and writes of some, writes to others, or nobody."""
    both, writes = stopped(held)
    parts = [f"reads and writes of {_names(both, most)}"] if both else []
    parts += [f"writes to {_names(writes, most)}"] if writes else []
    return "; ".join(parts) or "nobody"


def lock_words(held: Iterable[LockHeld], most: int = 3) -> str:
    """Modes with their relations, the strongest as they come."""
    by_mode: dict[str, list[str]] = {}
    for lock in held:
        by_mode.setdefault(lock.mode, []).append(lock.relation)
    return "; ".join(f"{mode} on {_names(list(dict.fromkeys(names)), most)}" for mode, names in by_mode.items()) or "none"


def _names(names: list[str], most: int) -> str:
    return listed([code(name) for name in names], most)


def all_locks(statements: Iterable[PlannedStatement], *, rehearsed: bool) -> Iterator[LockHeld]:
    """Locks of several statements."""
    for statement in statements:
        yield from locks(statement, rehearsed=rehearsed)


def holding(step: PlannedStep, *, rehearsed: bool) -> Iterator[PlannedStatement]:
    """From the first statement that holds somebody up to the step's end, when locks are let go."""
    holds = False
    for statement in step.statements:
        holds = holds or any(stopped(locks(statement, rehearsed=rehearsed)))
        if holds:
            yield statement


def held_for(step: PlannedStep, *, rehearsed: bool) -> Forecast | None:
    """How long the target's application is expected to wait at most; nothing where that is not known."""
    known = [one.forecast for one in holding(step, rehearsed=rehearsed) if one.forecast]
    if not known:
        return None
    return Forecast(
        low_milliseconds=sum(one.low_milliseconds for one in known),
        likely_milliseconds=sum(one.likely_milliseconds for one in known),
        high_milliseconds=sum(one.high_milliseconds for one in known),
        basis="",
    )
