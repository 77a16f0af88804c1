"""Every reason at which a change stops or waits: what the state is then, how to go on, and whether it goes on by itself.

A new reason has its entry in the file of its phase; one at which nothing stops stands in progress.py.
"""

from schemachange_operator.api.explanations import applying, going_back, inputs, jobs, planning, waiting
from schemachange_operator.api.explanations.explanation import Explanation, Part
from schemachange_operator.api.explanations.progress import PROGRESS
from schemachange_operator.api.reason import Reason

PARTS: tuple[Part, ...] = (
    inputs.PART,
    planning.PLANNING,
    planning.APPROVAL,
    waiting.PART,
    planning.BACKUP,
    applying.APPLYING,
    applying.VERIFYING,
    going_back.PART,
    jobs.PART,
)
"""In the order of the phases."""

EXPLANATIONS: dict[Reason, Explanation] = {reason: one for part in PARTS for reason, one in part.reasons.items()}

__all__ = ["EXPLANATIONS", "PARTS", "PROGRESS", "Explanation", "Part", "help_for"]


def help_for(reason: str) -> str:
    """The command that explains a reason; empty where nothing stops."""
    return f"schg explain {reason}" if reason in EXPLANATIONS else ""
