"""What the planner makes of a batch's statements."""

import pytest

from postgres.support.database import Database
from schemachange_operator.api.migration import Backfill
from schemachange_operator.postgres.backfill_table import find_table


@pytest.mark.parametrize("skip_locked", [True, False])
def test_a_large_batch_does_not_read_the_whole_table(database: Database, skip_locked: bool) -> None:
    database.as_owner("CREATE TABLE orders (id bigint PRIMARY KEY, note text NOT NULL, currency text)")
    database.as_owner("INSERT INTO orders SELECT n, repeat('n', 120) FROM generate_series(1, 200000) n")
    database.superuser.execute("VACUUM (ANALYZE) orders")
    with database.session() as session:
        session.execute("SET ROLE app_owner; SET search_path TO public")
        table = find_table(session, Backfill(table="orders", set={"currency": "'EUR'"}, where="currency IS NULL"))
        update = table.update(table.between(["5000"], ["10000"]), skip_locked=skip_locked)
        plan = "\n".join(row["QUERY PLAN"] for row in session.execute(b"EXPLAIN " + update.as_bytes(session)).fetchall())
    assert plan.count("Index Scan using orders_pkey") == 2, plan
    assert "Seq Scan" not in plan, plan
