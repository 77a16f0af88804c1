"""From a world and a decision to the status: the only maker of it."""

from schemachange_operator.api.explanations import help_for
from schemachange_operator.api.status import Progress, RunRecord, SchemaChangeStatus, StepStatus
from schemachange_operator.api.vocabulary import RunOutcome, StepState, Task
from schemachange_operator.core.conditions import conditions
from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.destruction import kind_of
from schemachange_operator.core.evidence import stamp
from schemachange_operator.core.history import history
from schemachange_operator.core.outcome import Decision
from schemachange_operator.core.phases.approval import judged
from schemachange_operator.core.phases.planning import resumed
from schemachange_operator.core.phases.testing import stands_until
from schemachange_operator.core.plan import strongest_held
from schemachange_operator.core.quarantine_status import in_quarantine
from schemachange_operator.core.world import World

RUNS_KEPT = 120


def make_status(world: World, decision: Decision) -> SchemaChangeStatus:
    """The whole status after a pass; equal to the one before when nothing has changed."""
    now = stamp(world.now) or ""
    status = world.status
    approvals = status.approvals if resumed(world) or status.frozen else judged(world)
    people = sorted({a.approved_by for a in approvals if a.valid and a.decision == "Approved"})
    status = status.model_copy(
        update={
            "observed_generation": world.change.metadata.generation,
            "phase": decision.phase.value,
            "step": decision.step,
            "reason": decision.reason.value,
            "message": decision.message,
            "help": help_for(decision.reason),
            "environment": world.database.spec.environment if world.database else status.environment,
            "frozen": decision.frozen,
            "cycle": world.cycle,
            "content_digest": world.content.digest() if world.content else "",
            "approvals": approvals,
            "approved_by": ", ".join(people),
            "evidence_age_limit": stamp(stands_until(world)) if status.plan else None,
            "steps": steps(world),
            "quarantine": in_quarantine(world),
            "runs": status.runs[-RUNS_KEPT:],
            "history": history(status, decision, now),
            "completed_at": (status.completed_at or now) if decision.final else None,
        }
    )
    settled = world.change.model_copy(update={"status": status})
    from_settled = World(**{**world.__dict__, "change": settled})
    # Transition times come from the conditions as they were, so they are made last, on the status of this pass.
    return status.model_copy(update={"conditions": conditions(from_settled, decision, now)})


def steps(world: World) -> tuple[StepStatus, ...]:
    """Where each step is, from the evidence."""
    before = {step.name: step for step in world.status.steps}
    planned = {step.name: step for step in world.stored_plan.steps} if world.stored_plan else {}
    made = []
    for content_step in world.content.steps if world.content else ():
        known = before.get(content_step.name)
        record = world.run(Task.BACKFILL if content_step.backfill else Task.APPLY, content_step.name)
        lock = known.strongest_lock if known else ""
        if content_step.name in planned:
            lock = strongest_held(planned[content_step.name].statements)
        made.append(_step(world, content_step, record, known, lock))
    return tuple(made)


def _step(
    world: World, content_step: ContentStep, record: RunRecord | None, known: StepStatus | None, lock: str
) -> StepStatus:
    state = _state(world, record)
    kept = known.progress if known and record and known.attempts and content_step.backfill else None
    progress = _progress(world, content_step.name) or kept
    return StepStatus(
        name=content_step.name,
        kind=kind_of(content_step),
        state=state,
        strongest_lock=lock,
        started_at=(known.started_at if known and known.attempts else None) or (record.started_at if record else None),
        ended_at=record.ended_at if record and record.outcome in (RunOutcome.DONE, RunOutcome.FAILED) else None,
        attempts=record.attempt if record else 0,
        message=record.message[:512] if record else "",
        progress=progress,
    )


def _progress(world: World, step: str) -> Progress | None:
    """What the newest Job of a step says: its report once it has one, before that its log."""
    tasks = (Task.APPLY, Task.BACKFILL)
    jobs = [job for job in world.jobs if job.task in tasks and (job.step, job.cycle) == (step, world.cycle)]
    for job in sorted(jobs, key=lambda job: -job.attempt):
        told = job.report.progress if job.report else job.progress
        if told:
            return told
    return None


def _undone(world: World, step: str) -> bool:
    """Whether a rollback that has not ended yet has undone a step."""
    rollback = world.run(Task.ROLLBACK)
    return rollback is not None and rollback.steps_left is not None and step not in rollback.steps_left


def _state(world: World, record: RunRecord | None) -> StepState:
    if record is None:
        return StepState.PENDING
    if record.outcome == RunOutcome.FAILED:
        return StepState.FAILED
    if world.done(Task.ROLLBACK) or _undone(world, record.step):
        return StepState.ROLLED_BACK
    if record.outcome == RunOutcome.DONE:
        return StepState.DONE
    return StepState.RUNNING
