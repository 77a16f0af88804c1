"""Replicas and logical subscribers that have not replayed what was written: by bytes, since the time that a replica reports is
not there when it stands still."""

from schemachange_operator.api.throttle_rules import ThrottleRules
from schemachange_operator.core.backfill.throttle import Reading
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.signals.signal import MONITOR, Subject, Unreadable, row


class ReplicaLag:
    """The one furthest behind."""

    name = "replicaLagMebibytes"

    def watched(self, rules: ThrottleRules) -> bool:
        """Whether there is a limit."""
        return rules.replica_lag_mebibytes > 0

    def read(self, session: Session, subject: Subject) -> Reading:
        """Mebibytes."""
        limit = subject.rules.replica_lag_mebibytes
        found = row(session, "replica_lag")
        if found["hidden"]:
            raise Unreadable(MONITOR)
        text = f"replica {found['name']} is {found['mebibytes']:.0f} MiB behind (replicaLagMebibytes is {limit})"
        return Reading(self.name, found["mebibytes"], limit, text)
