"""From what was read and measured to the plan."""

from collections.abc import Iterator, Mapping

from schemachange_operator.core.content import ContentStep, StepKind
from schemachange_operator.core.plan import Difference, PlanDocument, PlannedStatement, PlannedStep, SafeSequence
from schemachange_operator.core.plan_parts import by_name, planned_statement, statement_notes, undo_words
from schemachange_operator.core.sql.statement import step_kind
from schemachange_operator.runner.analysis.facts import Facts
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.rehearsal.course import Built
from schemachange_operator.runner.rehearsal.steps import Measured, StepRun


def plan_document(
    environment: Environment,
    facts: Facts,
    built: Built,
    runs: tuple[StepRun, ...],
    found: tuple[Difference, ...],
    notes: tuple[str, ...],
    sequences: tuple[SafeSequence, ...] = (),
) -> PlanDocument:
    """The whole plan."""
    known = by_name(facts.relations)
    steps = tuple(_step(run, facts, known) for run in runs)
    return PlanDocument(
        content_digest=environment.request.content_digest,
        server_version=facts.version,
        fingerprint=facts.fingerprint,
        relations=facts.relations,
        sizes=facts.sizes,
        steps=steps,
        difference=found,
        rows_generated=built.rows,
        notes=(*built.notes, *_statement_notes(runs), *_irreversible_notes(runs), *notes),
        findings=facts.findings,
        sequences=sequences,
        rollback_proven=not any(step.irreversible for step in steps),
        duration_milliseconds=round(sum(run.duration_milliseconds for run in runs)),
    )


def _step(run: StepRun, facts: Facts, known: Mapping[str, str]) -> PlannedStep:
    step = run.step
    kind: StepKind = "Backfill" if step.backfill else step_kind([one.statement for one in run.statements])
    return PlannedStep(
        name=step.name,
        kind=kind,
        statements=tuple(_statement(one, known) for one in run.statements),
        destroys=any(one.statement.destructive for one in run.statements),
        irreversible=step.undo.irreversible or "",
        undo=undo_words(step.undo),
        rows_estimated=facts.rows.get(step.name, 0),
        duration_milliseconds=run.duration_milliseconds,
    )


def _statement(one: Measured, known: Mapping[str, str]) -> PlannedStatement:
    return planned_statement(
        one.statement,
        known,
        held=one.held,
        duration_milliseconds=one.duration_milliseconds,
        rewritten=one.rewritten,
    )


def _statement_notes(runs: tuple[StepRun, ...]) -> Iterator[str]:
    for run in runs:
        yield from statement_notes(run.step.name, [one.statement for one in run.statements])


def _irreversible_notes(runs: tuple[StepRun, ...]) -> Iterator[str]:
    steps: list[ContentStep] = [run.step for run in runs if run.step.undo.irreversible is not None]
    if steps:
        yield f"step {steps[-1].name} cannot be undone: only the rollback of the steps after it was rehearsed"
