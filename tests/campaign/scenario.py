"""One run as a value: everything that happens in it by chance comes from here, so that it can be replayed."""

import random
from dataclasses import dataclass
from typing import Self

from testcluster.shell import CommandError

NOWHERE = "-"
"""The point of a run without a boundary of its own."""


@dataclass(frozen=True, order=True)
class Scenario:
    """What runs, what hits it, and where; written `level:change:fault:point:seed`."""

    level: str
    """runner or cluster."""
    change: str
    """The class of change."""
    fault: str
    point: str
    """Where the fault hits: before-17, during-17, after-17 (a boundary of the wire protocol), time-35 (percent), or -."""
    seed: int

    def __str__(self) -> str:
        return f"{self.level}:{self.change}:{self.fault}:{self.point}:{self.seed}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The other way round. Raises CommandError for a text that names no run."""
        parts = text.split(":")
        if len(parts) != 5 or not parts[4].isdigit():
            raise CommandError(f"{text} is not a run: level:change:fault:point:seed")
        level, change, fault, point, seed = parts
        return cls(level, change, fault, point, int(seed))

    def chance(self, purpose: str = "") -> random.Random:
        """Chance for one purpose; the same each time this run is played."""
        return random.Random(f"{self}:{purpose}")
