"""BackingUp, Applying, Backfilling: step by step, in order, each by Jobs of its own."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Phase, Task
from schemachange_operator.core.content import Content, ContentStep
from schemachange_operator.core.outcome import Blocked, Done, Outcome, Run
from schemachange_operator.core.phases.work import work
from schemachange_operator.core.world import World

UNPROVEN_WAYS = (
    "Nothing is undone by itself, since nobody knows what stands. How to find out and to go on: docs/how-to/data-at-risk.md."
    " Then set spec.retry to a new value to try the step again, or spec.abort.reason to undo the steps done and prove the result."
)


def step(world: World) -> tuple[Phase, Outcome]:
    """The first step of the migration that is not done decides."""
    content = world.content
    assert content is not None, "Pending does not let a change without content through"
    for number, current in enumerate(content.steps):
        for phase, outcome in _one(world, content, number, current):
            if not isinstance(outcome, Done):
                return phase, outcome
    return Phase.APPLYING, Done()


def _one(world: World, content: Content, number: int, current: ContentStep) -> list[tuple[Phase, Outcome]]:
    parts: list[tuple[Phase, Outcome]] = []
    where = f"step {current.name} ({number + 1} of {len(content.steps)})"
    if _done(world, current):
        return parts
    if _needs_backup(world, number, current):
        parts.append(
            (Phase.BACKING_UP, work(world, Task.BACKUP, current.name, Reason.BACKUP_RUNNING, f"Backing up before {where}"))
        )
    if current.backfill:
        doing = f"Backfilling {current.backfill.table} in {where}"
        parts.append(
            (Phase.BACKFILLING, _told(world, work(world, Task.BACKFILL, current.name, Reason.BACKFILL_RUNNING, doing)))
        )
    else:
        outcome = work(world, Task.APPLY, current.name, Reason.APPLY_RUNNING, f"Applying {where}")
        parts.append((Phase.APPLYING, _told(world, outcome)))
    return parts


def _done(world: World, current: ContentStep) -> bool:
    return world.done(Task.BACKFILL if current.backfill else Task.APPLY, current.name)


def _needs_backup(world: World, number: int, current: ContentStep) -> bool:
    plan = world.status.plan
    asked = plan is not None and current.name in {*plan.destroys, *plan.backed_up}
    return asked or (number == 0 and world.change.spec.backup.always)


def _told(world: World, outcome: Outcome) -> Outcome:
    """A failure here is one on the target: say which steps stand and which ways lead out."""
    if not isinstance(outcome, Blocked):
        return outcome
    done = ", ".join(world.steps_done()) or "none"
    if outcome.reason == Reason.STATE_UNPROVEN:
        return Blocked(outcome.reason, f"{outcome.message} Steps done: {done}. {UNPROVEN_WAYS}", outcome.step)
    ways = "Set spec.retry to a new value to try the step again, or spec.abort.reason to undo the steps done."
    if past_irreversible(world):
        ways = "Set spec.retry to a new value to try the step again; a step that cannot be undone is done, so there is no way back."
        return Blocked(Reason.FAILED_PAST_IRREVERSIBLE, f"{outcome.message} Steps done: {done}. {ways}", outcome.step)
    return Blocked(outcome.reason, f"{outcome.message} Steps done: {done}. {ways}", outcome.step)


def past_irreversible(world: World) -> bool:
    """Whether a step that cannot be undone is done."""
    plan = world.status.plan
    return plan is not None and bool(set(plan.irreversible) & set(world.steps_done()))


def failed_step(world: World) -> str | None:
    """The SQL step that failed on the target in this cycle, provably without effect, and is not to be retried."""
    for current in world.content.steps if world.content else ():
        outcome = work(world, Task.APPLY, current.name, Reason.APPLY_RUNNING, "")
        if not current.backfill and isinstance(outcome, Blocked):
            # Undoing needs a known state to begin from: where that is lost, a person decides.
            return current.name if outcome.reason != Reason.STATE_UNPROVEN else None
        if isinstance(outcome, Run):
            break
    return None
