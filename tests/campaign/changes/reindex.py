"""REINDEX CONCURRENTLY: the catalog is the same before and after, the index's file is another."""

from campaign.changes.change import ChangeClass, step, valid_index

CHANGE = ChangeClass(
    schema="CREATE INDEX orders_note ON orders (note);",
    steps=(
        step("rebuild", "REINDEX INDEX CONCURRENTLY orders_note"),
        step("add", "ALTER TABLE orders ADD COLUMN code text", "ALTER TABLE orders DROP COLUMN code"),
    ),
    proofs={"Completed": (valid_index("orders_note"),), "RolledBack": (valid_index("orders_note"),)},
)
