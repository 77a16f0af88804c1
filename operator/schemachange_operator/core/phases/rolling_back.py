"""RollingBack: whatever runs on the target is stopped, then the steps done are undone and the result is proved."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Phase, Task
from schemachange_operator.core.outcome import Blocked, Outcome, Working
from schemachange_operator.core.phases.execution import failed_step, past_irreversible
from schemachange_operator.core.phases.work import work
from schemachange_operator.core.world import World


def wanted(world: World) -> bool:
    """Whether the way leads back: an abort, or a step that failed, with something on the target or not proven absent."""
    if not world.status.frozen or world.done(Task.VERIFY):
        return False
    if world.change.spec.abort:
        return True
    return begun(world) or (failed_step(world) is not None and not past_irreversible(world))


def begun(world: World) -> bool:
    """Whether a rollback of this cycle has been begun; it is then brought to its end, never turned round half-way."""
    record = world.run(Task.ROLLBACK)
    return record is not None and record.reason != Reason.ABORT_REFUSED


def step(world: World) -> tuple[Phase, Outcome]:
    """The rollback's Job is made once nothing else runs on the target."""
    others = [job for job in world.live_jobs() if job.task != Task.ROLLBACK]
    if others:
        return Phase.ROLLING_BACK, Working(
            Reason.ROLLBACK_RUNNING, f"Stopping Job {others[0].name} before anything is undone."
        )
    outcome = work(world, Task.ROLLBACK, "", Reason.ROLLBACK_RUNNING, "Undoing the steps done")
    if isinstance(outcome, Blocked):
        told = f"{outcome.message}{_left(world)} {_way_out(outcome.reason)}"
        outcome = Blocked(outcome.reason, told, outcome.step)
    return Phase.ROLLING_BACK, outcome


def _left(world: World) -> str:
    record = world.run(Task.ROLLBACK)
    if record is None or record.steps_left is None:
        return ""
    return f" Still applied: {', '.join(record.steps_left) or 'no step'}."


def _way_out(reason: Reason) -> str:
    if reason == Reason.ABORT_REFUSED:
        return "Remove spec.abort to let the change go on forward."
    if reason == Reason.STATE_UNPROVEN:
        return (
            "How to find out what stands and how to go on: docs/how-to/data-at-risk.md. Then set spec.retry to a new value: the"
            " rollback goes on where it stands and is proved again."
        )
    return "Mend the cause by hand, then set spec.retry to a new value: the rollback goes on where it stands and is proved again."
