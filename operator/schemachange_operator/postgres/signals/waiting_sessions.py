"""Sessions that wait behind a batch."""

from schemachange_operator.api.throttle_rules import ThrottleRules
from schemachange_operator.core.backfill.throttle import Reading
from schemachange_operator.postgres import locks
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.signals.signal import Subject


class WaitingSessions:
    """The one that has waited longest."""

    name = "waitingMilliseconds"

    def watched(self, rules: ThrottleRules) -> bool:
        """Whether there is a limit."""
        return rules.waiting_milliseconds > 0

    def read(self, session: Session, subject: Subject) -> Reading:
        """Milliseconds."""
        limit = subject.rules.waiting_milliseconds
        waiting = {lock.pid: lock.milliseconds for lock in locks.queue(session)}
        behind = locks.waiters(session, subject.pid, list(waiting))
        longest = max((waiting[pid] for pid in behind), default=0)
        text = f"{len(behind)} sessions wait behind a batch, for up to {longest} ms (waitingMilliseconds is {limit})"
        return Reading(self.name, longest, limit, text)
