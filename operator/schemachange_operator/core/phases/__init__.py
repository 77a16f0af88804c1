"""The phases, in order: one file each, one signature, the first that is not done decides."""

from collections.abc import Callable

from schemachange_operator.api.vocabulary import Phase
from schemachange_operator.core.outcome import Outcome
from schemachange_operator.core.phases import approval, execution, pending, planning, testing, verifying, waiting
from schemachange_operator.core.world import World

Step = Callable[[World], tuple[Phase, Outcome]]

FORWARD: tuple[Step, ...] = (
    pending.step,
    planning.step,
    approval.step,
    testing.step,
    waiting.step,
    execution.step,
    verifying.step,
)
"""What a change goes through. Each answers with its phase, which execution and waiting choose by what they find."""
