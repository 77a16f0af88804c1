"""What a phase answers, and what is to be done about it: two closed sets."""

from dataclasses import dataclass

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Phase, Task

SOON = 2.0
"""Seconds until a pass is made again without an event; events usually come first."""


@dataclass(frozen=True)
class Done:
    """The phase is behind us."""

    reason: Reason = Reason.YES
    message: str = ""


@dataclass(frozen=True)
class Run:
    """A piece of work is wanted that no Job does yet."""

    task: Task
    reason: Reason
    message: str
    step: str = ""


@dataclass(frozen=True)
class Working:
    """A Job is at it."""

    reason: Reason
    message: str
    step: str = ""
    again_in: float = SOON


@dataclass(frozen=True)
class Wait:
    """It goes on by itself, or by an approval, after something that is named."""

    reason: Reason
    message: str
    step: str = ""
    again_in: float = 60.0
    """Seconds until a look without an event."""


@dataclass(frozen=True)
class Blocked:
    """It cannot go on without somebody; the message says who and how."""

    reason: Reason
    message: str
    step: str = ""


Outcome = Done | Run | Working | Wait | Blocked


@dataclass(frozen=True)
class CreateJob:
    """Create the Job of a piece of work (409 is fine: it is there)."""

    task: Task
    step: str
    attempt: int


@dataclass(frozen=True)
class DeleteJob:
    """Delete a Job and its pods: SIGTERM reaches the runner."""

    name: str


@dataclass(frozen=True)
class StorePlan:
    """Write the plan that has just been recorded: frozen beside the database, and for people beside the change."""


@dataclass(frozen=True)
class AddFinalizer:
    """Hold the object while a Job may touch the target."""


@dataclass(frozen=True)
class RemoveFinalizer:
    """Let the object go."""


Effect = CreateJob | DeleteJob | StorePlan | AddFinalizer | RemoveFinalizer


@dataclass(frozen=True)
class Decision:
    """What one pass found and wants."""

    phase: Phase
    reason: Reason
    message: str
    step: str = ""
    stalled: bool = False
    final: bool = False
    frozen: bool = False
    """Whether the content has to be frozen from now on."""
    effects: tuple[Effect, ...] = ()
    again_in: float | None = None
    """Seconds until the next pass without an event; None: only on an event."""
