"""An archiver that fails. Every login may see that, other than how much waits."""

from schemachange_operator.api.throttle_rules import ThrottleRules
from schemachange_operator.core.backfill.throttle import Reading
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.signals.signal import Subject, row


class Archiver:
    """For how long nothing could be archived."""

    name = "archiverFailingSeconds"

    def watched(self, rules: ThrottleRules) -> bool:
        """Whether there is a limit."""
        return rules.archiver_failing_seconds > 0

    def read(self, session: Session, subject: Subject) -> Reading:
        """Seconds."""
        limit = subject.rules.archiver_failing_seconds
        seconds = row(session, "archiver")["seconds"]
        text = f"archiving has failed for {seconds:.0f} s (archiverFailingSeconds is {limit})"
        return Reading(self.name, seconds, limit, text)
