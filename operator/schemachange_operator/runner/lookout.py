"""Between two tries: looking whether the locks that we need are free, instead of trying blindly."""

import time

from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.guard import Guard
from schemachange_operator.runner.ladder import LONGEST_PAUSE, growing, jittered, pause

LOOK = 0.05
"""Seconds between two looks."""
STAYS = 0.08
"""Seconds after which a transaction in the way counts as one that stays; shorter ones end while we queue."""
RARELY = 5.0
"""Seconds after which a try is made although somebody is in the way."""
NAMING = 1.0
"""Seconds between two looks at who that is."""


class Lookout:
    """Rests that end as soon as nobody who stays is in the way."""

    def __init__(self, environment: Environment, guard: Guard) -> None:
        self._environment = environment
        self._guard = guard
        self._end = time.monotonic() + environment.request.policy.locks.patience_seconds
        self._in_vain = 0
        self.only_weak = False
        """Whether all in the way hold no more than vacuum does, so that waiting with that lock stops nobody."""

    def rest(self) -> None:
        """Wait until it is worth to try again. Raises TryLater(Stopped)."""
        self.only_weak = False
        first = self._look({})
        pause(self._environment, max(growing(self._environment, self._in_vain), STAYS))
        if first is None:
            self._in_vain += 1
            return
        waited = self._until_free(first)
        self._in_vain = 0 if waited else self._in_vain + 1

    def slowly(self) -> None:
        """A long rest, after the application had to wait for us. Raises TryLater(Stopped)."""
        pause(self._environment, jittered(self._environment, LONGEST_PAUSE))

    def _until_free(self, seen: dict[tuple[int, str], float]) -> bool:
        """Whether somebody was waited for."""
        until = min(time.monotonic() + jittered(self._environment, RARELY), self._end)
        named, waited = 0.0, False
        while time.monotonic() < until:
            looked = self._look(seen)
            if looked is None:
                break
            seen, now = looked, time.monotonic()
            staying = tuple(pid for (pid, _), since in seen.items() if now - since >= STAYS)
            if not staying or self.only_weak:
                break
            waited = True
            if now - named >= NAMING:
                named = now
                self._guard.name(tuple(dict.fromkeys(staying)))
            pause(self._environment, LOOK)
        return waited

    def _look(self, seen: dict[tuple[int, str], float]) -> dict[tuple[int, str], float] | None:
        """Transactions in the way and since when they were seen; None when nothing is known."""
        holders = self._guard.holders()
        if holders is None:
            return None
        self.only_weak = bool(holders) and all(holder.weak for holder in holders)
        now = time.monotonic()
        return {key: seen.get(key, now) for key in ((holder.pid, holder.transaction) for holder in holders)}
