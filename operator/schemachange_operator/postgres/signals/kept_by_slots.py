"""Write-ahead log that a replication slot keeps on the disk, or is about to lose."""

import math

from schemachange_operator.api.throttle_rules import ThrottleRules
from schemachange_operator.core.backfill.throttle import Reading
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.signals.signal import Subject, row


class KeptBySlots:
    """The slot that keeps most; one whose log is about to be dropped counts as over any limit."""

    name = "slotMebibytes"

    def watched(self, rules: ThrottleRules) -> bool:
        """Whether there is a limit."""
        return rules.slot_mebibytes > 0

    def read(self, session: Session, subject: Subject) -> Reading:
        """Mebibytes."""
        limit = subject.rules.slot_mebibytes
        found = row(session, "kept_by_slots")
        text = f"slot {found['name']} keeps {found['mebibytes']:.0f} MiB of write-ahead log (slotMebibytes is {limit})"
        if found["endangered"]:
            text = f"slot {found['name']} is about to lose its write-ahead log (max_slot_wal_keep_size)"
        return Reading(self.name, math.inf if found["endangered"] else found["mebibytes"], limit, text)
