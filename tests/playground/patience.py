"""Waiting for a condition, with a deadline and a word of what was seen last."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

BETWEEN_LOOKS = 0.5
"""Seconds; a condition is asked for, never a time waited out."""
LONG_LOOK = 5.0
"""Seconds; a look that takes longer has itself waited for the API server or the database, which is not the condition's fault."""


def wait_for(
    what: str, ask: Callable[[], Answer | None], seconds: float = 120, describe: Callable[[], str] | None = None
) -> Answer:
    """The first answer that is not None. Raises AssertionError, with what `describe` sees, when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        answer = ask()
        deadline += max(0.0, time.monotonic() - began - LONG_LOOK)
        if answer is not None:
            return answer
        if time.monotonic() > deadline:
            seen = f" Seen: {describe()}" if describe else ""
            raise AssertionError(f"waited {seconds:.0f} s for {what}.{seen}")
        time.sleep(BETWEEN_LOOKS)
