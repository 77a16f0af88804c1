"""Somebody holds the table's lock for a while when the change begins."""

from campaign.changes.change import ChangeClass, column, step

CHANGE = ChangeClass(
    schema="CREATE TABLE runs (times int NOT NULL); INSERT INTO runs VALUES (0);",
    steps=(
        step("add", "ALTER TABLE orders ADD COLUMN a int; UPDATE runs SET times = times + 1",
             "ALTER TABLE orders DROP COLUMN a; UPDATE runs SET times = times - 1"),
    ),
    relations=("public.orders", "public.runs"),
    held_for=1.2,
    proofs={"Completed": (column("a"), "(SELECT times FROM runs) = 1"), "RolledBack": ("(SELECT times FROM runs) = 0",)},
)  # fmt: skip
