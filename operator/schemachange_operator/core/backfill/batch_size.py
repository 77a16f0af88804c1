"""How many rows the next batch has, from how long the last one took: a batch locks its rows for that long."""

from dataclasses import dataclass, replace

FLOOR = 100
"""Rows below which a batch that took too long is not made smaller, where the table has been filled faster than that: on a busy
machine it is not the rows that take the time, and with ever smaller batches nothing would go forward."""
FIRST = 500
"""Rows of the first batch, where so many are allowed."""
STEP = 100
"""Rows that are added while batches are quick enough."""
LEAST_FACTOR, FACTOR = 0.1, 0.7
"""What a batch that took too long is multiplied by: the latter, or down to the former when it took far too long."""


@dataclass(frozen=True)
class BatchSize:
    """Adds rows while batches are quick and takes a share away when one is not; doubles until that happens first."""

    rows: int
    """Rows of the next batch."""
    largest: int
    """The most that the policy allows."""
    target: float
    """Seconds that a batch should take."""
    searching: bool = True
    """Whether no batch has taken too long so far."""
    best: float = 0.0
    """The most rows a second that a batch has had."""

    def after(self, rows: int, seconds: float) -> "BatchSize":
        """The size after a batch of so many rows."""
        # The rest of a table says nothing of how quick a whole batch is.
        best = max(self.best, rows / max(seconds, 0.001)) if rows >= self.rows else self.best
        return replace(self, best=best)._after(rows, seconds)

    def _after(self, rows: int, seconds: float) -> "BatchSize":
        if seconds > self.target:
            factor = min(max(self.target / seconds, LEAST_FACTOR), FACTOR)
            floor = min(FLOOR, int(self.best * self.target))
            return self._sized(max(int(rows * factor), floor), searching=False)
        if rows < self.rows:
            # The rest of a table is quick because it is short.
            return self
        if self.searching and seconds < self.target / 2:
            return self._sized(self.rows * 2, searching=True)
        return self._sized(self.rows + max(1, min(STEP, self.rows // 4)), searching=False)

    def cut_off(self) -> "BatchSize":
        """The size after a batch that was ended before it was done."""
        return self._sized(int(self.rows * LEAST_FACTOR), searching=False)

    def _sized(self, rows: int, *, searching: bool) -> "BatchSize":
        return replace(self, rows=min(max(rows, 1), self.largest), searching=searching)


def first(largest: int, target: float) -> BatchSize:
    """The size of the first batch."""
    return BatchSize(min(FIRST, largest), largest, target)
