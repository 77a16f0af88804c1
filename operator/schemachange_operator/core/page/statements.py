"""The one table of statements: lock, who waits, work on all rows, what was measured, what is expected on the target."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from schemachange_operator.core.page.amounts import duration, listed, plural, size, span
from schemachange_operator.core.page.escaping import code
from schemachange_operator.core.page.subject import Subject
from schemachange_operator.core.page.waiting import foretold, lock_words, locks, who_waits
from schemachange_operator.core.plan import LockHeld, PlanDocument, PlannedStatement, PlannedStep, strongest

SINGLE = 100
"""Statements that have a row of their own; of more, those that do the same share one."""
TEXT = 90
"""Characters of a statement in the table; the SQL has all of them."""


NOTHING = "-"


class Line(NamedTuple):
    """One row of the table."""

    step: str
    number: str
    statement: str
    lock: str
    waits: str
    work: str
    measured: str
    expected: str


HEAD = Line("step", "#", "statement", "lock", "who waits", "work on all rows", "in the rehearsal", "expected on the target")


def statements(subject: Subject) -> Iterator[str]:
    """The table, with the columns that have anything to say."""
    plan = subject.plan
    count = sum(len(step.statements) for step in plan.steps)
    rows = list(_grouped(plan)) if count > SINGLE else [line for step in plan.steps for line in _lines(step, plan)]
    if not rows:
        return
    yield f"## {plural(count, 'statement')}" if count else "## The steps"
    yield ""
    if not plan.rehearsed:
        yield "Locks are foretold; nothing was measured."
        yield ""
    if count > SINGLE:
        yield "Statements that do the same stand in one row. A lock is held until its step commits."
        yield ""
    shown = [number for number in range(len(HEAD)) if _wanted(number, rows, plan)]
    yield _row([HEAD[number] for number in shown])
    yield _row(["---"] * len(shown))
    yield from (_row([line[number] or NOTHING for number in shown]) for line in rows)
    yield ""


def _wanted(number: int, rows: Sequence[Line], plan: PlanDocument) -> bool:
    if HEAD[number] == HEAD.measured:
        return plan.rehearsed
    return HEAD[number] != HEAD.expected or any(row.expected for row in rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _lines(step: PlannedStep, plan: PlanDocument) -> Iterator[Line]:
    if step.kind == "Backfill":
        yield _backfill(step)
        return
    kept: tuple[LockHeld, ...] = ()
    for one in step.statements:
        yield _line(step, one, plan, kept)
        # Locks are let go when the step commits.
        kept += locks(one, rehearsed=plan.rehearsed)


def _grouped(plan: PlanDocument) -> Iterator[Line]:
    """Statements that do the same in one row; by step, as long as there are not too many of them either."""
    apart = len(plan.steps) <= SINGLE
    alike: dict[object, list[tuple[PlannedStep, PlannedStatement]]] = defaultdict(list)
    for step in plan.steps:
        if step.kind == "Backfill":
            yield _backfill(step)
        for one in step.statements:
            # A lock that an earlier statement holds already is not seen again: what was foretold counts as well.
            held = strongest([lock.mode for lock in (*one.held, *foretold(one))])
            works = (bool(one.rewritten or any(e.rewrites for e in one.effects)), any(e.scans for e in one.effects))
            where = step.name if apart else ""
            alike[where, one.kind, one.destructive, held, works, bool(one.opaque)].append((step, one))
    yield from (_group(group, plan) for group in alike.values())


def _backfill(step: PlannedStep) -> Line:
    return Line(
        step=code(step.name),
        number="",
        statement="rows filled in batches",
        lock="RowExclusive on the rows of one batch at a time",
        waits="nobody but who writes the same row",
        work=f"about {plural(step.rows_estimated, 'row')}",
        measured=f"{plural(step.rows_rehearsed, 'row')} in {duration(step.duration_milliseconds)}",
        expected=span(step.forecast) if step.forecast else "",
    )


def _line(step: PlannedStep, one: PlannedStatement, plan: PlanDocument, kept: tuple[LockHeld, ...] = ()) -> Line:
    """`kept`: locks that earlier statements of the step hold still."""
    text = code(one.text, TEXT) or one.kind
    return Line(
        step=code(step.name),
        number=str(one.number),
        statement=f"{text}{_marks([one])}",
        lock=_lock(one, kept, rehearsed=plan.rehearsed),
        waits=_waits(one, kept, rehearsed=plan.rehearsed),
        work=_work(one, rehearsed=plan.rehearsed),
        measured=_measured([one]),
        expected=span(one.forecast) if one.forecast else "",
    )


def _group(places: list[tuple[PlannedStep, PlannedStatement]], plan: PlanDocument) -> Line:
    if len(places) == 1:
        return _line(*places[0], plan)
    group = [one for _, one in places]
    steps = list(dict.fromkeys(step.name for step, _ in places))
    held = [lock for one in group for lock in locks(one, rehearsed=plan.rehearsed)]
    works = list(
        dict.fromkeys(_work(one, rehearsed=plan.rehearsed) for one in group if _work(one, rehearsed=plan.rehearsed))
    )
    slowest = max((one.forecast for one in group if one.forecast), key=lambda one: one.high_milliseconds, default=None)
    return Line(
        step=listed([code(name) for name in steps], 3),
        number=listed([str(one.number) for one in group], 3) if len(steps) == 1 else "",
        statement=f"{group[0].kind}, {len(group):,} times{_marks(group)}",
        lock=lock_words(held),
        waits="unknown" if any(one.opaque for one in group) else who_waits(held),
        work=listed(works, 2),
        measured=_measured(group),
        expected=f"each up to {duration(slowest.high_milliseconds)}" if slowest else "",
    )


def _measured(group: Sequence[PlannedStatement]) -> str:
    """Duration, rows read and bytes of write-ahead log, as the rehearsal saw them."""
    wal, read = sum(one.wal_bytes for one in group), sum(scan.rows for one in group for scan in one.scanned)
    parts = [duration(sum(one.duration_milliseconds for one in group)) + (" together" if len(group) > 1 else "")]
    parts += [f"{plural(read, 'row')} read"] if read else []
    parts += [f"{size(wal)} of log"] if wal else []
    return ", ".join(parts)


def _marks(group: Sequence[PlannedStatement]) -> str:
    marks = ["**destroys**"] if any(one.destructive for one in group) else []
    marks += ["**opaque**"] if any(one.opaque for one in group) else []
    return "".join(f" {mark}" for mark in marks)


def _lock(one: PlannedStatement, kept: tuple[LockHeld, ...], *, rehearsed: bool) -> str:
    """As seen; beside it what was foretold, where that is another and no lock that is held already stands for it."""
    seen = lock_words(locks(one, rehearsed=rehearsed))
    before = strongest([lock.mode for lock in foretold(one) if not _covered(lock, kept)])
    held = strongest([lock.mode for lock in one.held if not _covered(lock, kept)])
    return f"{seen} (foretold: {before or 'none'})" if rehearsed and before != held else seen


def _covered(lock: LockHeld, kept: tuple[LockHeld, ...]) -> bool:
    modes = [one.mode for one in kept if one.relation == lock.relation]
    return strongest([*modes, lock.mode]) in modes


def _waits(one: PlannedStatement, kept: tuple[LockHeld, ...], *, rehearsed: bool) -> str:
    if one.opaque and not rehearsed:
        return "unknown"
    own = locks(one, rehearsed=rehearsed)
    together = who_waits((*kept, *own))
    return together if together == who_waits(own) else f"{together}, until the step commits"


def _work(one: PlannedStatement, *, rehearsed: bool) -> str:
    expected = [name.relation for name in one.effects if name.rewrites]
    anew = list(one.rewritten) if rehearsed else expected
    seen = [scan.relation for scan in one.scanned]
    read = [effect.relation for effect in one.effects if effect.scans and effect.relation not in seen]
    parts = [f"writes {_names(anew)} anew"] if anew else []
    parts += [f"builds an index on {_names(one.indexed)}"] if one.indexed and not anew else []
    through = [name for name in seen if name not in {*anew, *one.indexed}]
    parts += [f"reads all of {_names(through)}"] if through else []
    foreseen = [name for name in read if name not in {*anew, *one.indexed}]
    if foreseen:
        parts.append(f"{'reads' if not rehearsed else 'was foretold, and not seen, to read'} all of {_names(foreseen)}")
    return "; ".join(parts)


def _names(names: Sequence[str]) -> str:
    return listed([code(name) for name in names], 3)
