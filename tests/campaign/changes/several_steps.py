"""Several steps, each a transaction of several statements, one of which counts how often it was run."""

from campaign.changes.change import ChangeClass, column, step

CHANGE = ChangeClass(
    schema="CREATE TABLE runs (step text PRIMARY KEY, times int NOT NULL DEFAULT 0); INSERT INTO runs VALUES ('two'), ('three');",
    steps=(
        step("one", "ALTER TABLE orders ADD COLUMN a int; ALTER TABLE orders ADD COLUMN b int",
             "ALTER TABLE orders DROP COLUMN a; ALTER TABLE orders DROP COLUMN b"),
        step("two", "CREATE TABLE prices (id bigint PRIMARY KEY); UPDATE runs SET times = times + 1 WHERE step = 'two'",
             "DROP TABLE prices; UPDATE runs SET times = times - 1 WHERE step = 'two'"),
        step("three", "UPDATE runs SET times = times + 1 WHERE step = 'three'; INSERT INTO prices SELECT generate_series(1, 5)",
             "UPDATE runs SET times = times - 1 WHERE step = 'three'"),
    ),
    relations=("public.orders", "public.runs", "public.prices"),
    proofs={
        "Completed": ("(SELECT array_agg(times) FROM runs) = '{1,1}'", column("b"), "(SELECT count(*) FROM prices) = 5"),
        "RolledBack": ("(SELECT array_agg(times) FROM runs) = '{0,0}'",),
    },
)  # fmt: skip
