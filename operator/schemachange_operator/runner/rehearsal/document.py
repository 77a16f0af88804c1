"""From what was read and measured to the plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schemachange_operator.core.content import ContentStep, StepKind
from schemachange_operator.core.effects import Foretelling, Foretold
from schemachange_operator.core.plan import Difference, PlanDocument, PlannedStatement, PlannedStep, SafeSequence
from schemachange_operator.core.plan_parts import by_name, planned_statement, statement_notes, undo_words
from schemachange_operator.core.snapshot import picture
from schemachange_operator.core.sql.statement import step_kind
from schemachange_operator.runner.analysis.facts import SNAPSHOT, Facts, read_snapshot
from schemachange_operator.runner.analysis.weighing import weighed
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.rehearsal.course import Built
from schemachange_operator.runner.rehearsal.proof import Returned
from schemachange_operator.runner.rehearsal.steps import Measured, StepRun


@dataclass(frozen=True)
class Rehearsed:
    """Everything that a rehearsal found."""

    built: Built
    runs: tuple[StepRun, ...]
    difference: tuple[Difference, ...]
    notes: tuple[str, ...]
    returned: Returned
    foretelling: Foretelling
    sequences: tuple[SafeSequence, ...]


def plan_document(environment: Environment, facts: Facts, found: Rehearsed) -> PlanDocument:
    """The whole plan."""
    known = by_name(facts.relations)
    steps = tuple(_step(run, facts, known, found.foretelling) for run in found.runs)
    plan = PlanDocument(
        content_digest=environment.request.content_digest,
        server_version=facts.version,
        system_identifier=facts.system_identifier,
        fingerprint=facts.fingerprint,
        relations=facts.relations,
        planned_for=picture(read_snapshot(environment.folders.work, SNAPSHOT), facts.relations),
        sizes=facts.sizes,
        steps=steps,
        difference=found.difference,
        rows_generated=found.built.rows,
        rows_from=found.built.rows_from if any(found.built.rows.values()) else "",
        notes=(*found.built.notes, *_statement_notes(found.runs), *_irreversible_notes(found.runs), *found.notes),
        findings=facts.findings,
        residue=found.returned.residue,
        data=found.returned.data,
        sequences=found.sequences,
        written=facts.written,
        rollback_proven=not any(step.irreversible for step in steps),
        duration_milliseconds=round(sum(run.duration_milliseconds for run in found.runs)),
    )
    return weighed(plan, environment, facts)


def _step(run: StepRun, facts: Facts, known: Mapping[str, str], foretelling: Foretelling) -> PlannedStep:
    step = run.step
    kind: StepKind = "Backfill" if step.backfill else step_kind([one.statement for one in run.statements])
    return PlannedStep(
        name=step.name,
        kind=kind,
        statements=tuple(
            _statement(one, known, foretelling.get((step.name, one.statement.number))) for one in run.statements
        ),
        destroys=any(one.statement.destructive for one in run.statements),
        irreversible=step.undo.irreversible or "",
        undo=undo_words(step.undo),
        rows_estimated=facts.rows.get(step.name, 0),
        rows_rehearsed=run.rows,
        duration_milliseconds=run.duration_milliseconds,
    )


def _statement(one: Measured, known: Mapping[str, str], foretold: Foretold | None) -> PlannedStatement:
    planned = planned_statement(
        one.statement,
        known,
        held=one.held,
        duration_milliseconds=one.duration_milliseconds,
        rewritten=one.rewritten,
        foretold=foretold,
    )
    return planned.model_copy(update={"scanned": one.work.scanned, "wal_bytes": one.work.wal_bytes, "indexed": one.indexed})


def _statement_notes(runs: tuple[StepRun, ...]) -> Iterator[str]:
    for run in runs:
        yield from statement_notes(run.step.name, [one.statement for one in run.statements])


def _irreversible_notes(runs: tuple[StepRun, ...]) -> Iterator[str]:
    steps: list[ContentStep] = [run.step for run in runs if run.step.undo.irreversible is not None]
    if steps:
        yield f"step {steps[-1].name} cannot be undone: only the rollback of the steps after it was rehearsed"
