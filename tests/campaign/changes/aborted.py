"""Somebody aborts in the middle: what was done is undone."""

from campaign.changes.change import ChangeClass, column, step

CHANGE = ChangeClass(
    schema="CREATE TABLE runs (times int NOT NULL); INSERT INTO runs VALUES (0);",
    steps=(
        step("add", "ALTER TABLE orders ADD COLUMN a int; UPDATE runs SET times = times + 1",
             "ALTER TABLE orders DROP COLUMN a; UPDATE runs SET times = times - 1"),
        step("index", "CREATE INDEX CONCURRENTLY orders_a ON orders (a)", "DROP INDEX CONCURRENTLY orders_a"),
        step("never", "ALTER TABLE orders ADD COLUMN b int", "ALTER TABLE orders DROP COLUMN b"),
    ),
    relations=("public.orders", "public.runs"),
    abort_after=2,
    proofs={"RolledBack": ("(SELECT times FROM runs) = 0", f"NOT {column('a')}", f"NOT {column('b')}")},
)  # fmt: skip
