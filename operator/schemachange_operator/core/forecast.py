"""How long a change will take on the target: what was measured, scaled to the target's sizes, with its uncertainty.

Waiting for a lock is not in it. Work on all rows of a table grows with the table; everything else stays as it was measured.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

from schemachange_operator.api.backfill_rules import BackfillRules
from schemachange_operator.api.migration import Backfill
from schemachange_operator.core.content import Content
from schemachange_operator.core.plan import Forecast, PlanDocument, PlannedStatement, PlannedStep, TableSize
from schemachange_operator.core.plan_parts import by_name
from schemachange_operator.core.rates import INDEX, REWRITE, SCAN, WRITE, Rate

ENOUGH_ROWS = 100_000
ENOUGH_MILLISECONDS = 100.0
"""A measurement of at least so much is scaled; a smaller one says nothing of a large table."""
SPREAD = 4
"""A scaled measurement may be off by this much upwards, and by half downwards: other disks, cold caches, a busy server."""
STEADY_SPREAD = 10
STEADY_LEAST = 100.0
"""What does not grow can still take ten times as long, or this many milliseconds, on a busy server."""
WRITES_ROWS = 50
"""Bytes of write-ahead log for each row read that tell writing rows from reading them: a row written takes more, a check none."""
ALL_ROWS = 0.5
"""Share of a table's rows in the copy from which on a statement counts as reading all of them."""
AS_MEASURED = "as measured: it does not grow with the table"
NOT_MEASURED = "not measured: no work that grows with a table is foreseen"
ROW_STATEMENTS = ("UPDATE", "DELETE", "INSERT", "MERGE")


@dataclass(frozen=True)
class Span:
    """A length of time that is not known exactly, in milliseconds."""

    low: float = 0.0
    likely: float = 0.0
    high: float = 0.0
    basis: tuple[str, ...] = ()

    def __add__(self, other: "Span") -> "Span":
        """One after the other."""
        basis = tuple(dict.fromkeys((*self.basis, *other.basis)))
        return Span(self.low + other.low, self.likely + other.likely, self.high + other.high, basis)

    def forecast(self) -> Forecast:
        """As it stands in the plan."""
        low, likely, high = (round(value) for value in (self.low, self.likely, self.high))
        return Forecast(
            low_milliseconds=low, likely_milliseconds=likely, high_milliseconds=high, basis="; ".join(self.basis)
        )


def with_forecast(plan: PlanDocument, content: Content, backfill: BackfillRules) -> PlanDocument:
    """The plan with a forecast for every statement, every step and the whole; none of it where nothing is known."""
    if not plan.rehearsed and not plan.sizes:
        return plan
    sizes = {size.relation: size for size in plan.sizes}
    backfills = {step.name: step.backfill for step in content.steps if step.backfill}
    steps, spans = [], []
    for step in plan.steps:
        if step.name in backfills:
            span, statements = _backfill(step, backfills[step.name], backfill, sizes), step.statements
        else:
            each = [_statement(statement, sizes, plan) for statement in step.statements]
            statements = tuple(
                statement.model_copy(update={"forecast": one.forecast()})
                for statement, one in zip(step.statements, each, strict=True)
            )
            span = total(each)
        spans.append(span)
        steps.append(step.model_copy(update={"statements": statements, "forecast": span.forecast()}))
    return plan.model_copy(update={"steps": tuple(steps), "forecast": total(spans).forecast()})


def total(spans: Iterable[Span]) -> Span:
    """All of them, one after the other."""
    return reduce(Span.__add__, spans, Span())


def _statement(statement: PlannedStatement, sizes: Mapping[str, TableSize], plan: PlanDocument) -> Span:
    works = list(_works(statement, sizes, plan))
    measured = statement.duration_milliseconds
    if not works:
        return _steady(measured, rehearsed=plan.rehearsed)
    ratio = max((sizes[relation].rows / max(plan.rows_generated.get(relation, 0), 1) for relation, _ in works), default=1.0)
    rows = min(plan.rows_generated.get(relation, 0) for relation, _ in works)
    if rows >= ENOUGH_ROWS and measured >= ENOUGH_MILLISECONDS:
        likely = measured * max(ratio, 1.0)
        return Span(likely / 2, likely, likely * SPREAD, (f"measured on {rows:,} rows, times {max(ratio, 1.0):.1f}",))
    found = total(_by_rate(rate, sizes[relation]) for relation, rate in works)
    if statement.kind.startswith(ROW_STATEMENTS):
        # Few rows may match on the target; only the copy's are known.
        found = Span(0.0, found.likely, found.high, found.basis)
    return _steady(measured, rehearsed=plan.rehearsed) + found


def _steady(measured: float, *, rehearsed: bool) -> Span:
    if not rehearsed:
        return Span(0.0, 10.0, STEADY_LEAST, (NOT_MEASURED,))
    high = max(measured * STEADY_SPREAD, STEADY_LEAST)
    return Span(measured / 2, measured, high, (AS_MEASURED,))


def _works(statement: PlannedStatement, sizes: Mapping[str, TableSize], plan: PlanDocument) -> Iterator[tuple[str, Rate]]:
    """Relations on which the work grows with their size, and how fast such work goes."""
    foretold = {effect.relation: effect for effect in statement.effects}
    read = {scan.relation: scan.rows for scan in statement.scanned}
    names = dict.fromkeys((*statement.rewritten, *statement.indexed, *read, *foretold))
    builds = " INDEX" in statement.kind and not statement.kind.startswith(("DROP", "ALTER"))
    for relation in names:
        if relation not in sizes or sizes[relation].rows == 0:
            continue
        effect, rows = foretold.get(relation), plan.rows_generated.get(relation, 0)
        passes = rows > 0 and read.get(relation, 0) >= ALL_ROWS * rows
        # What was to be seen and was not seen does not happen; an empty copy shows no scan.
        rewrites = bool(effect and effect.rewrites and not plan.rehearsed)
        scans = bool(effect and effect.scans and rows == 0)
        if relation in statement.rewritten or rewrites:
            yield relation, REWRITE
        elif relation in statement.indexed or (builds and scans):
            yield relation, INDEX
        elif passes and not statement.kind.startswith("ALTER") and statement.wal_bytes >= WRITES_ROWS * read[relation]:
            yield relation, WRITE
        elif passes or scans:
            yield relation, SCAN


def _by_rate(rate: Rate, size: TableSize) -> Span:
    if rate.unit == "rows":
        amount, told = size.rows, f"{size.rows:,} rows"
        speeds = f"{rate.slow:,} to {rate.fast:,} rows/s"
    else:
        amount, told = size.bytes, f"{size.bytes / 1_000_000:,.1f} MB"
        speeds = f"{rate.slow // 1_000_000:,} to {rate.fast // 1_000_000:,} MB/s"
    low, likely, high = (amount / speed * 1000 for speed in (rate.fast, rate.likely, rate.slow))
    return Span(low, likely, high, (f"{rate.work}: {size.relation}, {told}, at {speeds}",))


def _backfill(step: PlannedStep, backfill: Backfill, rules: BackfillRules, sizes: Mapping[str, TableSize]) -> Span:
    """Rows at the rate of writing and one look at the whole table to find them, stretched by the rests in between."""
    rows = step.rows_estimated
    size = backfill.batch_size or rules.batch_size
    pause = rules.pause if backfill.pause is None else backfill.pause
    relation = by_name(sizes).get(backfill.table, backfill.table)
    pauses = -(-rows // size) * pause
    stretch = 100 / rules.work_percent
    words = f"{rows:,} rows in batches of at most {size:,} with pauses of at least {pause} ms, at work {rules.work_percent} % of the time"
    if step.rows_rehearsed >= ENOUGH_ROWS and step.duration_milliseconds >= ENOUGH_MILLISECONDS:
        likely = stretch * step.duration_milliseconds * rows / step.rows_rehearsed
        return Span(
            likely / 2 + pauses,
            likely + pauses,
            likely * SPREAD + pauses,
            (f"{words}, measured on {step.rows_rehearsed:,}",),
        )
    found = _by_rate(WRITE, TableSize(relation=relation, rows=rows, bytes=0))
    if relation in sizes:
        found += _by_rate(SCAN, sizes[relation])
    stretched = Span(found.low * stretch, found.likely * stretch, found.high * stretch, found.basis)
    return stretched + Span(pauses, pauses, pauses, (words,))
