"""Threads that take keys from the queue and make passes, while this replica leads."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from schemachange_operator.controller.metrics import PASS_SECONDS, PASSES
from schemachange_operator.controller.queue import Key, WorkQueue
from schemachange_operator.kube.errors import ApiError, Conflict, Unavailable

IDLE_SECONDS = 1.0
"""How long a worker waits for a key before it shows that it lives."""

log = logging.getLogger(__name__)


@dataclass
class Workers:
    """Makes passes. Each worker is one call of `run`, in a thread of its own."""

    queue: WorkQueue
    reconcile: Callable[[Key], float | None]
    leads: Callable[[], bool]
    clock: Callable[[], float]
    beats: dict[str, float] = field(default_factory=dict)
    """Thread → when it last showed that it lives."""

    def run(self, stop: threading.Event) -> None:
        """Work until stopped; the pass that runs is brought to its end."""
        while not stop.is_set():
            self.beats[threading.current_thread().name] = self.clock()
            if not self.leads():
                stop.wait(IDLE_SECONDS)
                continue
            key = self.queue.take(IDLE_SECONDS)
            if key is not None:
                self.work(key)

    def work(self, key: Key) -> None:
        """One pass over one key, and what comes after it."""
        try:
            with PASS_SECONDS.time():
                again_in = self.reconcile(key)
        except ApiError as error:
            self._failed(key, error)
        except Exception:
            PASSES.labels("error").inc()
            log.exception("a pass failed", extra={"change": "/".join(key)})
            self.queue.failed(key)
        else:
            PASSES.labels("done").inc()
            self.queue.succeeded(key)
            if again_in is not None:
                self.queue.add_after(key, again_in)
        finally:
            self.queue.done(key)

    def _failed(self, key: Key, error: ApiError) -> None:
        """A conflict means that there is news, which is normal; anything else is told."""
        PASSES.labels("conflict" if isinstance(error, Conflict) else "refused").inc()
        at_least = error.retry_after or 0.0 if isinstance(error, Unavailable) else 0.0
        pause = self.queue.failed(key, at_least)
        level = logging.DEBUG if isinstance(error, Conflict) else logging.WARNING
        log.log(
            level, "a pass stopped", extra={"change": "/".join(key), "error": error.message, "again_in": round(pause, 1)}
        )
