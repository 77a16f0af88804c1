"""The last step fails, and all before it are undone."""

from campaign.changes.change import ChangeClass, column, step

CHANGE = ChangeClass(
    schema="CREATE TABLE runs (times int NOT NULL); INSERT INTO runs VALUES (0);",
    steps=(
        step("add", "ALTER TABLE orders ADD COLUMN a int; UPDATE runs SET times = times + 1",
             "ALTER TABLE orders DROP COLUMN a; UPDATE runs SET times = times - 1"),
        step("index", "CREATE INDEX CONCURRENTLY orders_a ON orders (a)", "DROP INDEX CONCURRENTLY orders_a"),
        step("fail", "ALTER TABLE orders ADD COLUMN b int; SELECT 1 / (SELECT count(*) FROM runs WHERE times = 7)",
             "ALTER TABLE orders DROP COLUMN b"),
    ),
    relations=("public.orders", "public.runs"),
    fails=True,
    proofs={"RolledBack": ("(SELECT times FROM runs) = 0", f"NOT {column('a')}", f"NOT {column('b')}")},
)  # fmt: skip
