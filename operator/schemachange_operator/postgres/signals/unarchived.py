"""Write-ahead log that waits to be archived; it stays on the disk until it is."""

from schemachange_operator.api.throttle_rules import ThrottleRules
from schemachange_operator.core.backfill.throttle import Reading
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.signals.signal import Subject, row


class Unarchived:
    """How many files are ready and not archived; none where nothing is archived. Needs pg_monitor."""

    name = "unarchivedFiles"

    def watched(self, rules: ThrottleRules) -> bool:
        """Whether there is a limit."""
        return rules.unarchived_files > 0

    def read(self, session: Session, subject: Subject) -> Reading:
        """Files."""
        limit = subject.rules.unarchived_files
        files = row(session, "unarchived")["files"] if row(session, "archiving")["archives"] else 0
        text = f"{files} files of write-ahead log wait to be archived (unarchivedFiles is {limit})"
        return Reading(self.name, files, limit, text)
