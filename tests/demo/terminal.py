"""What the demo prints."""

import sys
import time
from collections.abc import Sequence

GREEN, RED, BOLD, DIM, PLAIN = (
    ("\033[32m", "\033[31m", "\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("",) * 5
)


class Terminal:
    """Lines with the seconds since the beginning in front."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def say(self, text: str = "") -> None:
        """One line."""
        sys.stdout.write(f"{DIM}{time.monotonic() - self._begun:6.0f} s{PLAIN}  {text}\n" if text else "\n")
        sys.stdout.flush()

    def title(self, text: str) -> None:
        """A heading."""
        self.say()
        self.say(f"{BOLD}{text}{PLAIN}")

    def good(self, text: str) -> None:
        """Something went well."""
        self.say(f"{GREEN}✔{PLAIN} {text}")

    def bad(self, text: str) -> None:
        """Something did not."""
        self.say(f"{RED}✘ {text}{PLAIN}")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Columns as wide as they have to be."""
        widths = [max(len(str(row[at])) for row in [head, *rows]) for at in range(len(head))]
        for number, row in enumerate([head, *rows]):
            line = "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            sys.stdout.write(f"  {BOLD if number == 0 else ''}{line}{PLAIN if number == 0 else ''}\n")
        sys.stdout.flush()
