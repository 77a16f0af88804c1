"""Verifying: what the change did to the target is what the rehearsal said, and the assertions hold."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Phase, Task
from schemachange_operator.core.outcome import Blocked, Outcome
from schemachange_operator.core.phases.execution import UNPROVEN_WAYS
from schemachange_operator.core.phases.work import work
from schemachange_operator.core.world import World


def step(world: World) -> tuple[Phase, Outcome]:
    """All steps are on the target; a verification that fails leaves them there."""
    outcome = work(world, Task.VERIFY, "", Reason.VERIFY_RUNNING, f"Verifying {world.change.spec.database.name}")
    if isinstance(outcome, Blocked):
        if outcome.reason == Reason.STATE_UNPROVEN:
            return Phase.VERIFYING, Blocked(outcome.reason, f"{outcome.message} {UNPROVEN_WAYS}")
        ways = "All steps are applied. Mend the cause and set spec.retry to a new value, or undo the change with spec.abort.reason."
        outcome = Blocked(outcome.reason, f"{outcome.message} {ways}")
    return Phase.VERIFYING, outcome
