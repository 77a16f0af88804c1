"""Lock timeouts of growing, jittered length with pauses between them, and never one without limit.

lock_timeout is the longest time that the application stands behind us, so it starts low; pauses let its queue drain.
"""

from collections.abc import Iterator

from schemachange_operator.api.policy import LockRules
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import TryLater
from schemachange_operator.runner.environment import Environment

FIRST_TIMEOUT = 50
"""Milliseconds."""
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 2.0
"""Seconds."""
GROWTH = 1.6


def tries(environment: Environment, rules: LockRules) -> Iterator[int]:
    """lock_timeout of each try in milliseconds, none above the policy's. Raises TryLater(Stopped) instead of a pause."""
    for number in range(rules.attempts):
        if number and environment.pause(_jittered(environment, min(FIRST_PAUSE * GROWTH**number, LONGEST_PAUSE))):
            raise TryLater(Reason.STOPPED, "Asked to stop while waiting for a lock. Nothing of the step is applied.")
        longest = min(FIRST_TIMEOUT * GROWTH**number, rules.timeout_milliseconds)
        yield max(int(_jittered(environment, longest)), 1)


def _jittered(environment: Environment, longest: float) -> float:
    """Between half and the whole of it: two programs that wait for each other must not stay in step."""
    return longest * (0.5 + environment.chance.random() / 2)
