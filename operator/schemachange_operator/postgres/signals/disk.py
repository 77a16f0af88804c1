"""Room on the disk, where the policy says how much there is: the server does not know."""

from schemachange_operator.api.throttle_rules import ThrottleRules
from schemachange_operator.core.backfill.throttle import Reading
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.signals.signal import Subject, row


class Disk:
    """What databases and write-ahead log take. Needs pg_monitor."""

    name = "diskMebibytes"

    def watched(self, rules: ThrottleRules) -> bool:
        """Whether there is a limit."""
        return rules.disk_mebibytes > 0

    def read(self, session: Session, subject: Subject) -> Reading:
        """Mebibytes."""
        limit = subject.rules.disk_mebibytes
        used = row(session, "disk")["mebibytes"]
        text = f"databases and write-ahead log take {used:.0f} MiB (diskMebibytes is {limit})"
        return Reading(self.name, used, limit, text)
