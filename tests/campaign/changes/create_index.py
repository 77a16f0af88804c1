"""CREATE INDEX CONCURRENTLY between two steps in transactions."""

from campaign.changes.change import ChangeClass, step, valid_index

CHANGE = ChangeClass(
    steps=(
        step("add", "ALTER TABLE orders ADD COLUMN code text", "ALTER TABLE orders DROP COLUMN code"),
        step("index", "CREATE INDEX CONCURRENTLY orders_note ON orders (note)", "DROP INDEX CONCURRENTLY orders_note"),
        step("comment", "COMMENT ON INDEX orders_note IS 'for the search'", "COMMENT ON INDEX orders_note IS NULL"),
    ),
    proofs={"Completed": (valid_index("orders_note"),), "RolledBack": ("to_regclass('public.orders_note') IS NULL",)},
)
