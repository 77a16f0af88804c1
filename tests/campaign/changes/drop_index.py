"""DROP INDEX CONCURRENTLY."""

from campaign.changes.change import ChangeClass, step, valid_index

CHANGE = ChangeClass(
    schema="CREATE INDEX orders_note ON orders (note);",
    steps=(step("drop", "DROP INDEX CONCURRENTLY orders_note", "CREATE INDEX CONCURRENTLY orders_note ON orders (note)"),),
    proofs={"Completed": ("to_regclass('public.orders_note') IS NULL",), "RolledBack": (valid_index("orders_note"),)},
)
