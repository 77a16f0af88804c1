"""A rule: everything that is said of one hazard, in one constant. Message, documentation and test are read from it."""

from dataclasses import dataclass

from schemachange_operator.core.finding import Severity
from schemachange_operator.core.plan import LOCK_ORDER

NEXT_STEP = "-- next step"
"""The line between two steps in an example."""


@dataclass(frozen=True)
class Rule:
    """One thing to look for."""

    id: str
    finds: str
    """What it finds: a phrase."""
    effect: str
    """What that does to a database in use: a sentence."""
    recipe: str
    """The safe way: a sentence."""
    bad: str
    """An example that it finds; steps are divided by a line of NEXT_STEP."""
    good: str
    """The safe way as an example, in which no rule finds a hazard."""
    severity: Severity = "Warn"
    """Where the policy says nothing."""
    style: bool = False
    """A matter of design, no hazard of running the change."""
    also: tuple[str, ...] = ()
    """Other rules that find something in the bad example."""
    lock: str = ""
    """The strongest lock that the bad example holds on a table that existed before, where that can be measured."""
    rewrites: bool = False
    """Whether the bad example writes a table's file anew."""
    fails: bool = False
    """Whether the server refuses the bad example."""
    asks: bool = False
    """Whether it is found only where the target's data was asked."""
    compatibility: str = ""
    """What a change with the bad example says in spec.compatibility, where that matters."""
    since: int = 0
    """The first major version of the server that knows the bad example."""

    def __post_init__(self) -> None:
        assert self.lock in LOCK_ORDER, self.lock


def steps_of(example: str) -> tuple[str, ...]:
    """The SQL of each step of an example."""
    return tuple(part.strip() for part in example.split(NEXT_STEP) if part.strip())
