"""What `kubectl get` shows: where is it, and why does it wait."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One printer column; `wide` ones are shown with `-o wide` only."""

    name: str
    path: str
    kind: str = "string"
    wide: bool = False

    def manifest(self) -> dict[str, object]:
        """As a CustomResourceDefinition says it."""
        column: dict[str, object] = {"name": self.name, "type": self.kind, "jsonPath": self.path}
        return {**column, "priority": 1} if self.wide else column


AGE = Column("Age", ".metadata.creationTimestamp", "date")

CHANGE = (
    Column("Phase", ".status.phase"),
    Column("Step", ".status.step"),
    Column("Database", ".spec.database.name"),
    Column("Reason", ".status.reason"),
    AGE,
    Column("Environment", ".status.environment", wide=True),
    Column("Plan", ".status.plan.digest", wide=True),
    Column("Approved By", ".status.approvedBy", wide=True),
    Column("Backup", ".status.lastBackup", wide=True),
    Column("Message", ".status.message", wide=True),
)
DATABASE = (
    Column("Environment", ".spec.environment"),
    Column("Host", ".spec.connection.host"),
    Column("Database", ".spec.connection.database"),
    AGE,
    Column("Rehearsal Image", ".spec.rehearsal.image", wide=True),
    Column("Backups", ".spec.backup.claimName", wide=True),
    Column("Policy", ".spec.policy.name", wide=True),
)
POLICY = (
    Column("Approvals", ".spec.approvals.count", "integer"),
    Column("Lock Timeout", ".spec.locks.timeoutMilliseconds", "integer"),
    AGE,
)
APPROVAL = (
    Column("Change", ".spec.change.name"),
    Column("Decision", ".spec.decision"),
    Column("Approved By", ".spec.approvedBy"),
    AGE,
    Column("Plan", ".spec.planDigest", wide=True),
)
