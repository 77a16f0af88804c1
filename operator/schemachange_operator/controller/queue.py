"""A work queue that never loses a wake-up and never gives one key to two workers.

After client-go's: `waiting` holds what is to be done, `working` what somebody is at; a key added while it is being
worked on is handed out again when that is done.
"""

import random
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

Key = tuple[str, str]
"""Namespace and name of a change."""


@dataclass(frozen=True)
class Backoff:
    """How long a key waits after it has failed n times in a row: doubling, bounded, jittered."""

    first: float = 0.5
    longest: float = 60.0

    def delay(self, failures: int, chance: random.Random) -> float:
        """Seconds; between half and the whole of the doubled pause."""
        pause = min(self.first * 2.0 ** min(failures - 1, 20), self.longest)
        return pause * chance.uniform(0.5, 1.0)


@dataclass
class WorkQueue:
    """Keys to work on, now or later. Thread-safe."""

    clock: Callable[[], float]
    """Monotonic seconds."""
    chance: random.Random
    backoff: Backoff = field(default_factory=Backoff)
    _waiting: OrderedDict[Key, float] = field(default_factory=OrderedDict)
    """Key → since when."""
    _working: set[Key] = field(default_factory=set)
    _again: set[Key] = field(default_factory=set)
    """Keys that were added while somebody was at them."""
    _later: dict[Key, float] = field(default_factory=dict)
    """Key → when."""
    _failures: dict[Key, int] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _closed: bool = False

    def add(self, key: Key) -> None:
        """Work on this key soon."""
        with self._changed:
            self._add(key)
            self._changed.notify()

    def add_all(self, keys: Iterable[Key]) -> None:
        """Work on these keys soon."""
        for key in keys:
            self.add(key)

    def add_after(self, key: Key, seconds: float) -> None:
        """Work on this key at the latest then."""
        with self._changed:
            due = self.clock() + seconds
            self._later[key] = min(due, self._later.get(key, due))
            self._changed.notify()

    def take(self, timeout: float) -> Key | None:
        """The next key, which nobody else gets before `done`; None after the timeout, or when the queue is closed."""
        end = self.clock() + timeout
        with self._changed:
            while True:
                if self._closed:
                    return None
                self._promote()
                if self._waiting:
                    return self._hand_out()
                pause = min([end, *self._later.values()]) - self.clock()
                if end <= self.clock():
                    return None
                self._changed.wait(max(pause, 0.0))

    def done(self, key: Key) -> None:
        """The worker has finished with this key."""
        with self._changed:
            self._working.discard(key)
            if key in self._again:
                self._again.discard(key)
                self._add(key)
                self._changed.notify()

    def failed(self, key: Key, at_least: float = 0.0) -> float:
        """The pass has failed: the key comes back after a pause, which is answered. Call `done` too."""
        with self._changed:
            self._failures[key] = self._failures.get(key, 0) + 1
            pause = max(self.backoff.delay(self._failures[key], self.chance), at_least)
        self.add_after(key, pause)
        return pause

    def succeeded(self, key: Key) -> None:
        """The pass has gone well: the next failure is the first again."""
        with self._changed:
            self._failures.pop(key, None)

    def close(self) -> None:
        """Hand out nothing more; whoever waits gets None."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def depth(self) -> int:
        """Keys that wait to be worked on now."""
        with self._changed:
            self._promote()
            return len(self._waiting)

    def oldest(self) -> float:
        """Seconds that the longest waiting key has waited."""
        with self._changed:
            self._promote()
            return self.clock() - min(self._waiting.values(), default=self.clock())

    def _add(self, key: Key) -> None:
        if key in self._working:
            self._again.add(key)
        else:
            self._waiting.setdefault(key, self.clock())

    def _promote(self) -> None:
        now = self.clock()
        for key in [key for key, due in self._later.items() if due <= now]:
            del self._later[key]
            self._add(key)

    def _hand_out(self) -> Key:
        key, _ = self._waiting.popitem(last=False)
        self._working.add(key)
        # The pass that begins now says itself when the next one is due.
        self._later.pop(key, None)
        return key
