"""Planning: the change is analysed against the target and rehearsed; the plan is stored where people read it."""

from dataclasses import replace

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Phase, Task
from schemachange_operator.core.outcome import Done, Outcome, Run, Working
from schemachange_operator.core.phases.work import work
from schemachange_operator.core.world import World


def step(world: World) -> tuple[Phase, Outcome]:
    """Done once a plan of this very cycle is recorded and its document can be had."""
    doing = f"Planning against {world.change.spec.database.name}"
    outcome = work(world, Task.PLAN, "", Reason.PLANNING, doing)
    if (
        isinstance(outcome, Done)
        and outcome.reason != Reason.ALREADY_APPLIED
        and world.stored_plan is None
        and world.fresh_plan is None
    ):
        # Someone removed the frozen plan: it is made again, and comes out with the same digest.
        outcome = Run(Task.PLAN, Reason.PLANNING, "The stored plan is gone; it is made again.")
    return Phase.PLANNING, _because_of_drift(world, outcome)


def _because_of_drift(world: World, outcome: Outcome) -> Outcome:
    """While it is planned anew: what the target had changed in."""
    earlier = [run for run in world.status.runs if run.cycle != world.cycle]
    drifted = earlier[-1] if earlier and earlier[-1].reason == Reason.SCHEMA_DRIFTED else None
    if drifted is None or not isinstance(outcome, Run | Working):
        return outcome
    return replace(outcome, message=f"{outcome.message} Again, because {drifted.message}")


def already_applied(world: World) -> bool:
    """Whether the ledger said that this very change had been completed before."""
    record = world.run(Task.PLAN)
    return record is not None and record.reason == Reason.ALREADY_APPLIED


def resumed(world: World) -> bool:
    """Whether the plan, with its approvals, was taken over from the ledger."""
    record = world.run(Task.PLAN)
    return record is not None and record.reason == Reason.RESUMED
