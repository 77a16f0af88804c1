"""Planning: the change is analysed against the target and rehearsed; the plan is stored where people read it."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Phase, Task
from schemachange_operator.core.outcome import Done, Outcome, Run
from schemachange_operator.core.phases.work import work
from schemachange_operator.core.world import World


def step(world: World) -> tuple[Phase, Outcome]:
    """Done once a plan of this very cycle is recorded and its document can be had."""
    outcome = work(world, Task.PLAN, "", Reason.PLANNING, f"Planning against {world.change.spec.database.name}")
    if (
        isinstance(outcome, Done)
        and outcome.reason != Reason.ALREADY_APPLIED
        and world.stored_plan is None
        and world.fresh_plan is None
    ):
        # Someone removed the frozen plan: it is made again, and comes out with the same digest.
        outcome = Run(Task.PLAN, Reason.PLANNING, "The stored plan is gone; it is made again.")
    return Phase.PLANNING, outcome


def already_applied(world: World) -> bool:
    """Whether the ledger said that this very change had been completed before."""
    record = world.run(Task.PLAN)
    return record is not None and record.reason == Reason.ALREADY_APPLIED


def resumed(world: World) -> bool:
    """Whether the plan, with its approvals, was taken over from the ledger."""
    record = world.run(Task.PLAN)
    return record is not None and record.reason == Reason.RESUMED
