"""Lock timeouts of growing, jittered length with rests between them, and never one without limit.

lock_timeout is the longest time that the application stands behind us, so it starts low; rests let its queue drain.
"""

import time
from collections.abc import Callable, Iterator

from schemachange_operator.api.policy import LockRules
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import TryLater
from schemachange_operator.runner.environment import Environment

FIRST_TIMEOUT = 50
"""Milliseconds."""
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
"""Seconds."""
GROWTH = 1.6

Rest = Callable[[], None]
"""Lets time pass between two tries."""


def tries(environment: Environment, rules: LockRules, rest: Rest | None = None) -> Iterator[int]:
    """lock_timeout of each try in milliseconds, none above the policy's, for as long as its patience lasts.

    Without a `rest` of the caller's, pauses grow. Raises TryLater(Stopped) instead of a pause.
    """
    end = time.monotonic() + rules.patience_seconds
    number = 0
    while True:
        longest = min(FIRST_TIMEOUT * GROWTH**number, rules.timeout_milliseconds)
        yield max(int(jittered(environment, longest)), 1)
        if time.monotonic() >= end:
            return
        if rest:
            rest()
        else:
            pause(environment, growing(environment, number))
        number = min(number + 1, 20)


def growing(environment: Environment, number: int) -> float:
    """Seconds of the pause after the nth try, from 0 on."""
    return jittered(environment, min(FIRST_PAUSE * GROWTH**number, LONGEST_PAUSE))


def pause(environment: Environment, seconds: float) -> None:
    """Wait. Raises TryLater(Stopped) when a stop is asked for meanwhile."""
    if environment.pause(seconds):
        raise TryLater(Reason.STOPPED, "Asked to stop while waiting for a lock. Nothing of the step is applied.")


def jittered(environment: Environment, longest: float) -> float:
    """Between half and the whole of it: two programs that wait for each other must not stay in step."""
    return longest * (0.5 + environment.chance.random() / 2)
