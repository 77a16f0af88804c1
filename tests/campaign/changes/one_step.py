"""A plain ALTER TABLE in one step."""

from campaign.changes.change import ChangeClass, column, step

CHANGE = ChangeClass(
    steps=(step("add", "ALTER TABLE orders ADD COLUMN currency text", "ALTER TABLE orders DROP COLUMN currency"),),
    proofs={"Completed": (column("currency"),), "RolledBack": (f"NOT {column('currency')}",)},
)
