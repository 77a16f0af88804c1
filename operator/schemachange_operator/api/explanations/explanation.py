"""What is said of a reason at which a change stops or waits, beside its meaning."""

from dataclasses import dataclass

from schemachange_operator.api.reason import Reason


@dataclass(frozen=True)
class Explanation:
    """One reason: whole sentences, for a person who has just read the word in a status."""

    state: str
    """What is applied, and what is held, while a change is there."""
    way_on: str
    """What to do."""
    by_itself: str
    """Whether it goes on without being told."""

    def told(self) -> tuple[tuple[str, str], ...]:
        """Each part with its title."""
        return (
            ("The state", self.state),
            ("How to go on", self.way_on),
            ("Whether it goes on by itself", self.by_itself),
        )


@dataclass(frozen=True)
class Part:
    """Reasons that belong together; a section of the reference."""

    title: str
    about: str
    """When a change is in one of them."""
    reasons: dict[Reason, Explanation]


NOTHING_TOUCHED = "It has changed nothing. Steps that `status.steps` has as Done stay as they are."
READ_ONLY = "The target was read and not changed. Nothing is held."
STEPS_STAND = (
    "Steps that `status.steps` has as Done are applied and recorded in the ledger; from the first of them on, the touched"
    " relations are reserved for this change."
)

ONCE_MENDED = "Yes, as soon as the cause is mended; nothing else has to be told."
AGAIN = "Yes. It is tried again after pauses that grow from 2 seconds to 5 minutes."
RETRY = "No. After mending the cause, set `spec.retry` to a new value."
NEW_PLAN = "No. An edit of the change makes a new plan; to try the same content again, set `spec.retry` to a new value."
"""Sentences that more than one reason shares."""
