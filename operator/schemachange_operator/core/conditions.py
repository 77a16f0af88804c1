"""Every condition of a SchemaChange, made here and nowhere else, from what the pass observed."""

from schemachange_operator.api.base import Condition
from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import SchemaChangeStatus
from schemachange_operator.api.vocabulary import ConditionType, Phase, RunOutcome, Task
from schemachange_operator.core.outcome import Decision
from schemachange_operator.core.phases.approval import wanted_count
from schemachange_operator.core.world import TOUCHING, World

ORDER = (Phase.PENDING, Phase.PLANNING, Phase.AWAITING_APPROVAL, Phase.TESTING, Phase.WAITING)
"""Phases before anything touches the target, in order; every other phase comes after them."""

UNPROVEN = (Reason.STATE_UNPROVEN,)


def conditions(world: World, decision: Decision, now: str) -> tuple[Condition, ...]:
    """All conditions; one whose status is as before keeps its time of transition."""
    before = {condition.type: condition for condition in world.status.conditions}
    made = (*_kstatus(decision), *_own(world, decision))
    return tuple(_dated(condition, before.get(condition.type), world, now) for condition in made)


def _dated(condition: Condition, before: Condition | None, world: World, now: str) -> Condition:
    unchanged = before is not None and before.status == condition.status
    since = before.last_transition_time if before and unchanged else now
    return condition.model_copy(
        update={"last_transition_time": since, "observed_generation": world.change.metadata.generation}
    )


def _condition(kind: ConditionType, holds: bool | None, reason: Reason, message: str = "") -> Condition:
    return Condition(type=kind, status="Unknown" if holds is None else str(holds), reason=reason, message=message[:4096])


def _kstatus(decision: Decision) -> tuple[Condition, ...]:
    """What kstatus reads: Ready, Reconciling, Stalled."""
    ready = decision.phase == Phase.COMPLETED
    return (
        _condition(ConditionType.READY, ready, decision.reason, decision.message),
        _condition(
            ConditionType.RECONCILING, not decision.final and not decision.stalled, decision.reason, decision.message
        ),
        _condition(ConditionType.STALLED, decision.stalled, decision.reason, decision.message if decision.stalled else ""),
    )


def _own(world: World, decision: Decision) -> tuple[Condition, ...]:
    status = world.status
    plan = status.plan if current_plan(status) else None
    return (
        _condition(ConditionType.INPUTS_COMPLETE, *_inputs(decision)),
        _condition(
            ConditionType.PLANNED,
            plan is not None,
            Reason.PLAN_READY if plan else Reason.NOT_YET,
            plan.summary if plan else "",
        ),
        _approved(world, decision),
        _yes(ConditionType.TESTED, plan is not None and (_beyond(decision, Phase.TESTING) or status.frozen)),
        _backed_up(world),
        _yes(ConditionType.APPLIED, _applied(world)),
        _yes(ConditionType.VERIFIED, world.done(Task.VERIFY) or decision.phase == Phase.COMPLETED),
        _waiting_for_lock(world, decision),
        _reverted(status),
        _at_risk(world, decision),
    )


def _yes(kind: ConditionType, holds: bool) -> Condition:
    return _condition(kind, holds, Reason.YES if holds else Reason.NOT_YET)


def _beyond(decision: Decision, phase: Phase) -> bool:
    """Whether a decision lies behind one of the first phases."""
    if decision.phase in (Phase.BLOCKED, Phase.ABORTED):
        return False
    return decision.phase not in ORDER or ORDER.index(decision.phase) > ORDER.index(phase)


def _inputs(decision: Decision) -> tuple[bool, Reason, str]:
    missing = decision.phase == Phase.BLOCKED and decision.reason in INPUT_REASONS
    return not missing, decision.reason if missing else Reason.YES, decision.message if missing else ""


INPUT_REASONS = (
    Reason.INPUT_MISSING,
    Reason.INVALID_SQL,
    Reason.DATABASE_NOT_FOUND,
    Reason.DATABASE_NOT_ALLOWED,
    Reason.POLICY_NOT_FOUND,
    Reason.SOURCE_NOT_FOUND,
    Reason.NO_OWNER,
    Reason.NO_BACKUP_PLACE,
    Reason.WINDOW_UNKNOWN,
    Reason.RULE_UNKNOWN,
    Reason.OBJECT_INVALID,
    Reason.REVERT_IMPOSSIBLE,
)
"""Reasons of Pending that name an input."""


def current_plan(status: SchemaChangeStatus) -> bool:
    """Whether the plan in status is of the content as it is now."""
    return status.plan is not None and status.plan.content_digest == status.content_digest


def _approved(world: World, decision: Decision) -> Condition:
    status = world.status
    people = status.approved_by
    enough = status.frozen or (current_plan(status) and _beyond(decision, Phase.AWAITING_APPROVAL))
    text = f"By {people}." if enough and people else f"{wanted_count(world)} wanted."
    return _condition(ConditionType.APPROVED, enough, Reason.APPROVED if enough else Reason.APPROVAL_PENDING, text)


def _backed_up(world: World) -> Condition:
    plan = world.status.plan
    wanted = bool(plan and (plan.destroys or plan.backed_up)) or world.change.spec.backup.always
    taken = any(r.task == Task.BACKUP and r.cycle == world.cycle and r.outcome == "Done" for r in world.status.runs)
    if not wanted:
        return _condition(ConditionType.BACKED_UP, None, Reason.NOT_NEEDED)
    return _condition(
        ConditionType.BACKED_UP, taken, Reason.BACKED_UP if taken else Reason.NOT_YET, world.status.last_backup
    )


def _applied(world: World) -> bool:
    steps = world.content.steps if world.content else ()
    return bool(steps) and len(world.steps_done()) == len(steps) and world.status.frozen


def _waiting_for_lock(world: World, decision: Decision) -> Condition:
    """Who is in the way, now or until the next try."""
    now = next((who for job in world.live_jobs() if (who := world.blocked_by(job.task, job.step))), "")
    waiting = decision.reason == Reason.WAITING_FOR_LOCK
    reason = Reason.WAITING_FOR_LOCK if waiting else Reason.NOT_NEEDED
    return _condition(ConditionType.WAITING_FOR_LOCK, waiting, reason, (now or decision.message) if waiting else "")


def _reverted(status: SchemaChangeStatus) -> Condition:
    by = status.reverted_by
    return _condition(
        ConditionType.REVERTED, bool(by), Reason.REVERTED if by else Reason.NOT_YET, f"Undone by {by}." if by else ""
    )


def _at_risk(world: World, decision: Decision) -> Condition:
    """True from the answer that the state could not be proved until the work that said so, or a rollback, is done."""
    if decision.phase == Phase.BLOCKED and decision.reason in UNPROVEN:
        return _condition(ConditionType.DATA_AT_RISK, True, decision.reason, decision.message)
    before = next((one for one in world.status.conditions if one.type == ConditionType.DATA_AT_RISK), None)
    if before and before.status == "True" and _unproven_still(world):
        return _condition(ConditionType.DATA_AT_RISK, True, Reason.STATE_UNPROVEN, before.message)
    return _condition(ConditionType.DATA_AT_RISK, False, Reason.NOT_YET)


def _unproven_still(world: World) -> bool:
    runs = (run for run in world.status.runs if run.cycle == world.cycle and run.task in TOUCHING)
    return world.status.frozen and any(run.outcome != RunOutcome.DONE for run in runs)
