"""Finding the one row that fails: the batch that it is in is halved until it stands alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trouble:
    """A row that fails is among the next so many; 0: none is known of."""

    rows: int = 0

    def size(self, usual: int) -> int:
        """Rows of the next batch."""
        return min(usual, max(self.rows // 2, 1)) if self.rows else usual

    def after_failure(self, size: int) -> "Trouble":
        """It is within the batch that failed; one that stood alone is set aside and forgotten."""
        return Trouble(size if size > 1 else 0)

    def after_success(self, rows: int) -> "Trouble":
        """It comes after the batch that went well."""
        return Trouble(max(self.rows - rows, 0))
