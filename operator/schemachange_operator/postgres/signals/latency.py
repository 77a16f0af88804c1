"""How long the server takes for something small: its processors or its disks are busy when that is long."""

import time

from schemachange_operator.api.throttle_rules import ThrottleRules
from schemachange_operator.core.backfill.throttle import Reading
from schemachange_operator.postgres import preflight
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.signals.signal import Subject

TIMES = 3
"""The quickest of so many counts: a chance delay is none of the server's."""


class Latency:
    """Reading one row by its key."""

    name = "latencyMilliseconds"

    def watched(self, rules: ThrottleRules) -> bool:
        """Whether there is a limit."""
        return rules.latency_milliseconds > 0

    def read(self, session: Session, subject: Subject) -> Reading:
        """Milliseconds."""
        limit = subject.rules.latency_milliseconds
        session.execute(preflight.become(subject.migration_role))
        took = min(self._once(session, subject) for _ in range(TIMES)) * 1000
        text = f"reading one row took {took:.0f} ms (latencyMilliseconds is {limit})"
        return Reading(self.name, took, limit, text)

    def _once(self, session: Session, subject: Subject) -> float:
        began = time.monotonic()
        session.execute(subject.table.one(subject.upper))
        return time.monotonic() - began
