"""When a backfill holds and when it goes on: readings are judged with a distance between the two, so that it does not flutter."""

from collections.abc import Iterable
from dataclasses import dataclass, field

CALM_SHARE = 0.75
"""Share of its limit that a signal has to fall to before it is over."""
CALM_READINGS = 2
"""Readings in a row that have to be so calm."""


@dataclass(frozen=True)
class Reading:
    """What one signal says now."""

    signal: str
    value: float
    limit: float
    text: str
    """The same in words, with the limit."""


@dataclass(frozen=True)
class Throttle:
    """The signals that hold a backfill."""

    holding: dict[str, str] = field(default_factory=dict)
    """Signal to what it says, in the order they began to hold."""
    calm: dict[str, int] = field(default_factory=dict)
    """Calm readings in a row of signals that hold."""

    @property
    def text(self) -> str:
        """What holds it, in words; empty when nothing does."""
        return "; ".join(self.holding.values())

    def judged(self, readings: Iterable[Reading]) -> "Throttle":
        """The throttle after a look. A signal that was not read this time stays as it was."""
        holding, calm = dict(self.holding), dict(self.calm)
        for reading in readings:
            name = reading.signal
            if reading.value > reading.limit:
                holding[name], calm[name] = reading.text, 0
            elif name in holding:
                if reading.value <= reading.limit * CALM_SHARE:
                    calm[name] += 1
                else:
                    holding[name], calm[name] = reading.text, 0
                if calm[name] >= CALM_READINGS:
                    del holding[name], calm[name]
        return Throttle(holding, calm)

    def without(self, signal: str) -> "Throttle":
        """The throttle without a signal that cannot be read any more: nothing is held for what nobody knows."""
        holding = {name: text for name, text in self.holding.items() if name != signal}
        return Throttle(holding, {name: count for name, count in self.calm.items() if name != signal})
