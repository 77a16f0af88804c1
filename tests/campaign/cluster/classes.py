"""The changes of the cluster's campaign, one of each class, and how each has to end."""

from dataclasses import dataclass, field
from typing import Any

from playground import examples
from playground.kubectl import Manifest

ABORT_REASON = "the campaign asks for it"


@dataclass(frozen=True)
class ChangeClass:
    """One class of change. `ends` is phase and reason; `applied` whether the catalog is the new one then."""

    name: str
    file: str
    ends: tuple[str, str] = ("Completed", "Completed")
    applied: bool = True
    spec: dict[str, Any] = field(default_factory=dict)
    abort_in: str = ""
    """The phase in which the change is aborted."""
    backfilled: str = ""
    """Counts the rows that a backfill has left wrong."""

    def manifest(self) -> Manifest:
        """The SchemaChange."""
        change = examples.change(self.file)
        spec = {**change["spec"], **self.spec}
        return {**change, "spec": {key: value for key, value in spec.items() if value is not None}}


def _slower(file: str, **backfill: Any) -> dict[str, Any]:
    migration = examples.change(file)["spec"]["migration"]
    for step in migration["steps"]:
        if "backfill" in step:
            step["backfill"] |= backfill
    return {"migration": migration}


CONCURRENT_STEPS = {
    "migration": {
        "steps": [
            {
                "name": "index",
                "sql": "CREATE INDEX CONCURRENTLY orders_amount ON orders (amount)",
                "rollback": {"sql": "DROP INDEX CONCURRENTLY orders_amount"},
            },
            {
                "name": "rebuild",
                "sql": "REINDEX INDEX CONCURRENTLY orders_customer_id",
                "rollback": {"notNeeded": "the same index as before"},
            },
            {
                "name": "column",
                "sql": "ALTER TABLE orders ADD COLUMN channel text",
                "rollback": {"sql": "ALTER TABLE orders DROP COLUMN channel"},
            },
        ]
    },
    "rollback": None,
}
WRONG_CURRENCY = (
    "SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.currency IS DISTINCT FROM c.currency"
)

CLASSES: dict[str, ChangeClass] = {
    known.name: known
    for known in (
        ChangeClass("column", "07-orders-channel.yaml"),
        ChangeClass("index", "02-orders-created-at-index.yaml"),
        ChangeClass(
            "five-steps",
            "01-orders-currency.yaml",
            spec=_slower("01-orders-currency.yaml", batchSize=500, pause=200),
            backfilled=WRONG_CURRENCY,
        ),
        ChangeClass("destructive", "03-orders-drop-note.yaml", spec={"compatibility": "Breaking"}),
        ChangeClass("concurrent-steps", "07-orders-channel.yaml", spec=CONCURRENT_STEPS),
        ChangeClass("fails", "04-customers-region.yaml", ("Blocked", "RolledBackAfterFailure"), applied=False),
        ChangeClass("aborted", "09-orders-weight.yaml", ("Aborted", "Aborted"), applied=False, abort_in="Backfilling"),
    )
}
