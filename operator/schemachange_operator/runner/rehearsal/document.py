"""From what was read and measured to the plan."""

from collections.abc import Iterator

from schemachange_operator.core.content import ContentStep, StepKind, Undo
from schemachange_operator.core.plan import Difference, PlanDocument, PlannedStatement, PlannedStep
from schemachange_operator.core.sql.redaction import redact
from schemachange_operator.core.sql.statement import read_statements, step_kind
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
) -> PlanDocument:
    """The whole plan."""
    steps = tuple(_step(run, facts) for run in runs)
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
        rollback_proven=not any(step.irreversible for step in steps),
        duration_milliseconds=round(sum(run.duration_milliseconds for run in runs)),
    )


def _step(run: StepRun, facts: Facts) -> PlannedStep:
    step = run.step
    kind: StepKind = "Backfill" if step.backfill else step_kind([one.statement for one in run.statements])
    return PlannedStep(
        name=step.name,
        kind=kind,
        statements=tuple(_statement(one, facts) for one in run.statements),
        destroys=any(one.statement.destructive for one in run.statements),
        irreversible=step.undo.irreversible or "",
        undo=_undo(step.undo),
        rows_estimated=facts.rows.get(step.name, 0),
        duration_milliseconds=run.duration_milliseconds,
    )


def _statement(one: Measured, facts: Facts) -> PlannedStatement:
    statement = one.statement
    return PlannedStatement(
        number=statement.number,
        kind=statement.kind,
        text=redact(statement.text),
        transactional=statement.transactional,
        destructive=statement.destructive,
        predicted_lock=statement.lock,
        relations=tuple(dict.fromkeys(_qualified(str(name), facts) for name in statement.relations)),
        held=one.held,
        duration_milliseconds=one.duration_milliseconds,
        rewritten=one.rewritten,
    )


def _qualified(name: str, facts: Facts) -> str:
    """The relation that a name stands for; an index stays as it is written."""
    if "." in name:
        return name
    return next((relation for relation in facts.relations if relation.split(".", 1)[1] == name), name)


def _undo(undo: Undo) -> str:
    if undo.irreversible is not None:
        return f"irreversible: {undo.irreversible}"
    if undo.not_needed is not None:
        return f"not needed: {undo.not_needed}"
    count = len(read_statements(undo.sql)) if undo.sql else 0
    return f"rollback of {count} statement{'' if count == 1 else 's'}"


def _statement_notes(runs: tuple[StepRun, ...]) -> Iterator[str]:
    for run in runs:
        for one in run.statements:
            for words in (*(f"may destroy {what}" for what in one.statement.destroys), *one.statement.notes):
                yield f"step {run.step.name}, statement {one.statement.number}: {words}"


def _irreversible_notes(runs: tuple[StepRun, ...]) -> Iterator[str]:
    steps: list[ContentStep] = [run.step for run in runs if run.step.undo.irreversible is not None]
    if steps:
        yield f"step {steps[-1].name} cannot be undone: only the rollback of the steps after it was rehearsed"
