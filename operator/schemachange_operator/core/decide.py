"""From a world to a decision: which phase a change is in, why, and what is to be done now."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Phase, Task
from schemachange_operator.core.outcome import (
    AddFinalizer,
    Blocked,
    CreateJob,
    Decision,
    DeleteJob,
    Done,
    Effect,
    Outcome,
    RemoveFinalizer,
    Run,
    StorePlan,
    Wait,
    Working,
)
from schemachange_operator.core.phases import FORWARD, Step, planning, rolling_back
from schemachange_operator.core.world import IN_FLIGHT_FINALIZER, TOUCHING, World

AT_ONCE = 0.0


def decide(world: World) -> Decision:
    """What one pass does. `world` holds the evidence of this pass already (evidence.record)."""
    decision = _deleting(world) or _ended(world) or _went_back(world) or _aborted(world) or _way(world)
    return _with_housekeeping(world, decision)


def _way(world: World) -> Decision:
    """Along the phases, forward or back; the first that is not done decides."""
    steps: tuple[Step, ...] = (rolling_back.step,) if rolling_back.wanted(world) else FORWARD
    for step in steps:
        phase, outcome = step(world)
        if not isinstance(outcome, Done):
            return _decision(world, phase, outcome)
        if planning.already_applied(world):
            return _already_applied(world)
    return Decision(Phase.COMPLETED, Reason.COMPLETED, "Applied and verified.", final=True, frozen=True)


def _already_applied(world: World) -> Decision:
    record = world.run(Task.PLAN)
    message = record.message if record else ""
    return Decision(Phase.COMPLETED, Reason.ALREADY_APPLIED, message, final=True, frozen=True)


def _decision(world: World, phase: Phase, outcome: Outcome) -> Decision:
    frozen = world.status.frozen
    match outcome:
        case Run():
            return _run(world, phase, outcome)
        case Working() | Wait():
            return Decision(
                phase,
                outcome.reason,
                outcome.message,
                outcome.step,
                frozen=frozen,
                effects=_stopped(world, phase, outcome.reason),
                again_in=outcome.again_in,
            )
        case Blocked():
            return Decision(
                Phase.BLOCKED, outcome.reason, outcome.message, outcome.step, stalled=True, frozen=frozen, again_in=300.0
            )
        case Done():
            raise AssertionError("a phase that is done decides nothing")


def _run(world: World, phase: Phase, outcome: Run) -> Decision:
    """A Job that may touch the target is made only once the freeze and the finalizer are written and read back."""
    touching = outcome.task in TOUCHING
    held = IN_FLIGHT_FINALIZER in world.change.metadata.finalizers
    record = world.run(outcome.task, outcome.step)
    effects: tuple[Effect, ...] = (CreateJob(outcome.task, outcome.step, record.attempt + 1 if record else 1),)
    again: float = 2.0
    if touching and not (held and world.status.frozen):
        effects, again = (() if held else (AddFinalizer(),)), AT_ONCE
    return Decision(
        phase,
        outcome.reason,
        outcome.message,
        outcome.step,
        frozen=world.status.frozen or touching,
        effects=effects,
        again_in=again,
    )


def _stopped(world: World, phase: Phase, reason: Reason) -> tuple[Effect, ...]:
    """Jobs that have to end first: all others before a rollback, a backfill that is suspended."""
    going = [job for job in world.live_jobs() if job.state != "Deleting"]
    if phase == Phase.ROLLING_BACK:
        return tuple(DeleteJob(job.name) for job in going if job.task != Task.ROLLBACK)
    if reason == Reason.SUSPENDED:
        return tuple(DeleteJob(job.name) for job in going if job.task == Task.BACKFILL)
    return ()


def _deleting(world: World) -> Decision | None:
    """The object goes: what works on the target is let finish, everything else is stopped, the database is left as it is."""
    if world.change.metadata.deletion_timestamp is None:
        return None
    message = "The object is being deleted; the database is left as it is, and the ledger keeps the record."
    if world.live_jobs(*TOUCHING):
        message = "The object is being deleted; the Job that works on the target is let finish its step first."
    # A Job whose pod cannot begin, since its image is missing for instance, would hold the object for ever.
    stuck = [job.name for job in world.live_jobs(*TOUCHING) if job.state == "Pending" and job.problem]
    others = [job.name for job in world.live_jobs() if job.task not in TOUCHING]
    effects = tuple(DeleteJob(name) for name in (*others, *stuck))
    phase = Phase(world.status.phase) if world.status.phase else Phase.PENDING
    return Decision(
        phase, Reason.DELETED, message, world.status.step, frozen=world.status.frozen, effects=effects, again_in=2.0
    )


def _ended(world: World) -> Decision | None:
    if not world.ended:
        return None
    status = world.status
    if status.phase == Phase.COMPLETED and status.reverted_by:
        message = f"Applied and verified; undone since by {status.reverted_by}."
        return Decision(Phase.COMPLETED, Reason.REVERTED, message, final=True, frozen=status.frozen)
    return Decision(
        Phase(status.phase), Reason(status.reason), status.message, status.step,
        stalled=status.phase == Phase.ABORTED, final=True, frozen=status.frozen,
    )  # fmt: skip


def _went_back(world: World) -> Decision | None:
    """A rollback of this cycle has been proved: an abort ends here, a failure waits for an edit or a retry."""
    rollback = world.run(Task.ROLLBACK)
    if world.status.frozen or rollback is None or not world.done(Task.ROLLBACK):
        return None
    if world.change.spec.abort:
        message = f"{_why_aborted(world)} {rollback.message}"
        return Decision(Phase.ABORTED, Reason.ABORTED, message, stalled=True, final=True)
    failed = next(
        (r for r in world.status.runs if r.cycle == world.cycle and r.task == Task.APPLY and r.outcome == "Failed"), None
    )
    cause = failed.message if failed else ""
    message = f"{cause} {rollback.message} Edit the migration, or set spec.retry to a new value, to try again."
    return Decision(
        Phase.BLOCKED,
        Reason.ROLLED_BACK_AFTER_FAILURE,
        message.strip(),
        failed.step if failed else "",
        stalled=True,
        again_in=300.0,
    )


def _why_aborted(world: World) -> str:
    reason = world.change.spec.abort.reason if world.change.spec.abort else ""
    return f"Aborted: {reason.rstrip('.')}."


def _aborted(world: World) -> Decision | None:
    """An abort before anything touched the target: what runs is stopped, and that is all."""
    if world.change.spec.abort is None or world.status.frozen:
        return None
    if world.live_jobs():
        effects = tuple(DeleteJob(job.name) for job in world.live_jobs() if job.state != "Deleting")
        return Decision(
            Phase.ROLLING_BACK,
            Reason.ABORT_REQUESTED,
            "Stopping what runs; nothing has been applied.",
            effects=effects,
            again_in=2.0,
        )
    message = f"{_why_aborted(world)} Nothing had been applied."
    return Decision(Phase.ABORTED, Reason.ABORTED, message, stalled=True, final=True)


def _outdated(world: World, effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Jobs of an earlier cycle plan or test a content that is no longer wanted; those on the target are never cut off here."""
    going = {effect.name for effect in effects if isinstance(effect, DeleteJob)}
    return tuple(
        DeleteJob(job.name)
        for job in world.live_jobs()
        if job.cycle != world.cycle and job.task not in TOUCHING and job.state != "Deleting" and job.name not in going
    )


def _with_housekeeping(world: World, decision: Decision) -> Decision:
    """The finalizer goes when no Job may touch the target any more; a fresh plan is stored; outdated Jobs are stopped."""
    effects = (*decision.effects, *_outdated(world, decision.effects))
    if world.fresh_plan is not None:
        effects = (StorePlan(), *effects)
    makes_touching = any(isinstance(e, AddFinalizer) or (isinstance(e, CreateJob) and e.task in TOUCHING) for e in effects)
    held = IN_FLIGHT_FINALIZER in world.change.metadata.finalizers
    if held and not makes_touching and not world.live_jobs(*TOUCHING):
        effects = (*effects, RemoveFinalizer())
    if effects == decision.effects:
        return decision
    return Decision(**{**decision.__dict__, "effects": effects})
