"""A fault as a value: what it does to a run, and where it can hit."""

from collections.abc import Callable
from dataclasses import dataclass

from campaign.changes.change import ChangeClass
from campaign.proxy import Link
from campaign.stage import Stage

Hit = Callable[[Stage, Link | None], None]
"""Called at the boundary, while the request (or its answer) is held; the link is the connection that it is on."""
PLACES = ("before", "during", "after")


@dataclass(frozen=True)
class Boundary:
    """One request of a run without a fault."""

    number: int
    command: str
    """The container that made it."""
    text: str
    container: int
    """The number of that container in its run."""


def anything(_: ChangeClass) -> bool:
    """Suits every class."""
    return True


def anywhere(_: Boundary) -> bool:
    """Suits every boundary."""
    return True


@dataclass(frozen=True)
class Fault:
    """One kind of fault."""

    hit: Hit
    places: tuple[str, ...] = PLACES
    """Before a request is passed on, right after that, or after its answer came and before that is passed on."""
    suits: Callable[[ChangeClass], bool] = anything
    meets: Callable[[Boundary], bool] = anywhere
    standby: str = ""
    """Whether it needs a standby: synchronous or asynchronous."""
    earlier: Hit | None = None
    """What happens at a boundary before, chosen at random."""
    first: Hit | None = None
    """What is made ready before the run begins."""
    at_times: bool = True
    """Whether it can also hit at a time, without a boundary."""
