"""The course of a rehearsal: build, fill, apply, roll back, compare, apply again."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.errors import ProcedureError, Stop
from schemachange_operator.core.plan import Difference
from schemachange_operator.core.quarantine import in_full, written_steps
from schemachange_operator.core.snapshot import Snapshot, difference
from schemachange_operator.core.verdict import judge
from schemachange_operator.postgres.catalog import take_snapshot
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner.analysis.copies import copied_source
from schemachange_operator.runner.analysis.facts import SNAPSHOT, Facts, read_snapshot
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.rehearsal.copied_rows import load_copies, remove_copies
from schemachange_operator.runner.rehearsal.offers import keep_before
from schemachange_operator.runner.rehearsal.proof import Left, leave
from schemachange_operator.runner.rehearsal.restore import restore_schema
from schemachange_operator.runner.rehearsal.rows import fill_tables, gather_statistics
from schemachange_operator.runner.rehearsal.server import SUPERUSER, connect, wait_for_server
from schemachange_operator.runner.rehearsal.steps import AFTER_THE_CAUSE, UNTOUCHED, RowsDoNotFit, Stage, StepRun
from schemachange_operator.runner.rehearsal.views import populate_views

SHOWN = 5
"""Differences that a message names; the log has all of them."""

NOT_COPIED = frozenset({"setting"})
"""Kinds of objects that a dump of one database does not hold."""


@dataclass(frozen=True)
class Built:
    """A throw-away database with the target's schema and rows."""

    rows: dict[str, int]
    notes: tuple[str, ...]
    rows_from: str = "Generated"
    """Generated, Sample or Clone."""


@dataclass(frozen=True)
class Applied:
    """All steps, applied once."""

    runs: tuple[StepRun, ...]
    before: Snapshot
    """Before the first step."""
    base: Snapshot
    """After the last step that cannot be undone: what a rollback comes back to."""
    after: Snapshot
    left: Left
    """Storage and rows at the moment of `base`."""


def build_and_apply(environment: Environment, facts: Facts) -> tuple[Built, Applied]:
    """Build and apply; once more on empty tables where a constraint of the change refuses the generated rows."""
    rows = environment.request.policy.rehearsal.rows
    built = build(environment, facts, rows)
    try:
        return built, apply_all(environment)
    except RowsDoNotFit as error:
        # What the target's own rows refuse would fail there as well.
        if built.rows_from != "Generated" or not any(built.rows.values()):
            raise
        environment.output.event("rows_do_not_fit", message=error.message)
        empty = build(environment, facts, 0)
        cause = error.message.removesuffix(AFTER_THE_CAUSE)
        note = f"generated rows do not satisfy the change, so that it was rehearsed on empty tables: {cause} Whether the target's"
        return replace(empty, notes=(*empty.notes, f"{note} rows do is known only when it is applied")), apply_all(
            environment
        )


def build(environment: Environment, facts: Facts, count: int) -> Built:
    """A copy of the target's schema with `count` rows in each of the tables touched. Raises Stop or TryLater."""
    wait_for_server(environment, facts.major)
    restore_schema(environment, facts)
    notes = _unlike(environment)
    _apply_earlier(environment)
    with closing(connect(environment, SUPERUSER)) as session:
        rows, unfilled, source = _fill(environment, session, facts, count)
        notes += (*unfilled, *populate_views(session))
        gather_statistics(session, rows)
    keep_before(environment, facts)
    environment.output.event("built", rows=rows, rows_from=source, notes=notes)
    return Built(rows, notes, source)


def _fill(
    environment: Environment, session: Session, facts: Facts, count: int
) -> tuple[dict[str, int], tuple[str, ...], str]:
    if copied_source(environment) == "Generated":
        return *fill_tables(session, facts.relations, count), "Generated"
    try:
        rows, source = load_copies(session, environment.folders.work)
    finally:
        remove_copies(environment.folders.work)
    return rows, (), source


def _apply_earlier(environment: Environment) -> None:
    """Changes that come before this one. Raises Stop(RehearsalFailed)."""
    stage = Stage(environment)
    for content in environment.earlier:
        written = written_steps(content, snapshot(environment), environment.request.search_path)
        for step in in_full(content, written).steps:
            try:
                stage.apply(step)
            except ProcedureError as error:
                raise Stop(error.reason, f"A change before this one could not be applied: {error.message}") from None


def _unlike(environment: Environment) -> tuple[str, ...]:
    """A note where the copy is not the target, for instance since the image lacks a locale."""
    target, copy = read_snapshot(environment.folders.work, SNAPSHOT), snapshot(environment)
    found = [one for one in difference(target, copy) if one.kind not in NOT_COPIED]
    _log(environment, "copy_differs", found)
    return (f"the throw-away copy is not quite the target's schema: {sentences(found)}",) if found else ()


def apply_all(environment: Environment) -> Applied:
    """Apply every step."""
    stage, steps = Stage(environment), environment.content.steps
    before = base = snapshot(environment)
    left = leave(environment)
    runs = []
    for step in steps:
        runs.append(stage.apply(step))
        if step.undo.irreversible is not None:
            base, left = snapshot(environment), leave(environment)
    return Applied(tuple(runs), before, base, snapshot(environment), left)


def undoable(steps: Sequence[ContentStep]) -> tuple[ContentStep, ...]:
    """The steps after the last one that cannot be undone."""
    last = max((number for number, step in enumerate(steps) if step.undo.irreversible is not None), default=-1)
    return tuple(steps[last + 1 :])


def roll_back(environment: Environment, base: Snapshot) -> tuple[Difference, ...]:
    """Undo in reverse what can be undone; the residue in the schema.

    Raises Stop(RollbackDiffers) when that does not bring the schema back.
    """
    stage = Stage(environment)
    for step in reversed(undoable(environment.content.steps)):
        stage.undo(step)
    found = judge(difference(base, snapshot(environment)))
    _log(environment, "rollback_differs", (*found.differences, *found.irreversible))
    if found.differences:
        raise Stop(
            Reason.ROLLBACK_DIFFERS,
            f"The rollback does not bring the schema back, {counted(found.differences)}: {sentences(found.differences)}."
            f" {UNTOUCHED} Correct the rollback, or say irreversible with the reason.",
        )
    if found.irreversible:
        raise Stop(
            Reason.ROLLBACK_DIFFERS,
            f"No rollback can undo this: {sentences(found.irreversible)}."
            f" {UNTOUCHED} Say irreversible with the reason for the step that does it.",
        )
    return found.residue


def apply_again(environment: Environment, applied: Applied) -> None:
    """Apply once more what was rolled back. Raises Stop(RollbackDiffers) when it comes out differently."""
    stage = Stage(environment)
    for step in undoable(environment.content.steps):
        stage.apply(step)
    found = judge(difference(applied.after, snapshot(environment)))
    stops = (*found.differences, *found.irreversible)
    if stops:
        _log(environment, "second_apply_differs", stops)
        raise Stop(
            Reason.ROLLBACK_DIFFERS,
            f"Applied again after its rollback, the change comes out differently, {counted(stops)}:"
            f" {sentences(stops)}. {UNTOUCHED} Correct the rollback.",
        )


def snapshot(environment: Environment) -> Snapshot:
    """The throw-away database's catalog."""
    with closing(connect(environment, SUPERUSER)) as session:
        return take_snapshot(session)


def counted(found: Sequence[Difference]) -> str:
    """How many differences, in words."""
    return f"{len(found)} difference{'' if len(found) == 1 else 's'}"


def sentences(found: Sequence[Difference]) -> str:
    """The first differences, for a message."""
    more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return "; ".join(one.sentence() for one in found[:SHOWN]) + more


def _log(environment: Environment, event: str, found: Sequence[Difference]) -> None:
    for one in found:
        environment.output.event(event, difference=one.sentence())
