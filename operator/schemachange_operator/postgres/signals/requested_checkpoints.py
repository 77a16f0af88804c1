"""Checkpoints that were asked for because so much was written: each makes every page that is changed afterwards be logged whole."""

import time
from collections import deque

from schemachange_operator.api.throttle_rules import ThrottleRules
from schemachange_operator.core.backfill.throttle import Reading
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.signals.signal import Subject, row

WINDOW = 600.0
"""Seconds."""


class RequestedCheckpoints:
    """How many there were within ten minutes, as far as it has watched."""

    name = "requestedCheckpoints"

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def watched(self, rules: ThrottleRules) -> bool:
        """Whether there is a limit."""
        return rules.requested_checkpoints > 0

    def read(self, session: Session, subject: Subject) -> Reading:
        """Checkpoints."""
        limit = subject.rules.requested_checkpoints
        # The view was split in PostgreSQL 17.
        name = "checkpoints" if session.info.server_version >= 170_000 else "checkpoints_before_17"
        now, number = time.monotonic(), row(session, name)["requested"]
        if self._seen and number < self._seen[-1][1]:
            # Somebody has set the counters to nothing.
            self._seen.clear()
        self._seen.append((now, number))
        while self._seen[0][0] < now - WINDOW:
            self._seen.popleft()
        count = number - self._seen[0][1]
        text = f"{count} checkpoints were asked for within ten minutes (requestedCheckpoints is {limit}): raise max_wal_size"
        return Reading(self.name, count, limit, text)
