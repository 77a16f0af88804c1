"""Rows read, write-ahead log and indexes built, as a rehearsal measures them on real servers."""

from pathlib import Path
from typing import Any

import pytest

from postgres.support.database import Database
from postgres.support.planning import Planning, statements
from testcluster.servers import Server

SHOP = """
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, note text, code varchar(10));
CREATE MATERIALIZED VIEW names AS SELECT name FROM customers;
"""
ROWS = 200
"""In each touched table, as the request says."""

# A statement; how often it reads all rows of which table; tables with a new index; relations written anew.
CASES: list[tuple[str, dict[str, int], tuple[str, ...], tuple[str, ...]]] = [
    ("ALTER TABLE orders ADD x int", {}, (), ()),
    ("ALTER TABLE orders ADD x int DEFAULT 7", {}, (), ()),
    ("ALTER TABLE orders ADD CONSTRAINT c CHECK (id > 0)", {"orders": 1}, (), ()),
    ("ALTER TABLE orders ADD CONSTRAINT c CHECK (id > 0) NOT VALID", {}, (), ()),
    ("ALTER TABLE orders ALTER note SET NOT NULL", {"orders": 1}, (), ()),
    ("CREATE INDEX i ON orders (note)", {"orders": 1}, ("orders",), ()),
    ("CREATE INDEX CONCURRENTLY i ON orders (note)", {"orders": 2}, ("orders",), ()),
    ("REINDEX TABLE CONCURRENTLY orders", {"orders": 2}, ("orders",), ()),
    ("ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers", {"orders": 1, "customers": 1}, (), ()),
    ("ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers NOT VALID", {}, (), ()),
    ("ALTER TABLE orders ALTER code TYPE int USING length(code)", {"orders": 2}, ("orders",), ("orders",)),
    ("ALTER TABLE orders ALTER code TYPE varchar(20)", {}, (), ()),
    ("UPDATE orders SET note = 'x'", {"orders": 1}, (), ()),
    ("DO $$BEGIN PERFORM count(*) FROM orders; END$$; COMMENT ON TABLE orders IS 'x'", {"orders": 1}, (), ()),
    ("REFRESH MATERIALIZED VIEW names", {}, (), ("names",)),
]
WRITES = {"UPDATE orders SET note = 'x'", "ALTER TABLE orders ALTER code TYPE int USING length(code)"}
"""Those that write log for every row; where no index and no table is built, the others write what the catalog takes."""


def named(tables: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"public.{table}" for table in tables)


@pytest.mark.parametrize(("text", "read", "built", "written"), CASES, ids=[case[0].replace(" ", "_")[:50] for case in CASES])
def test_work_is_counted(
    database: Database,
    throwaway: Server,
    tmp_path: Path,
    text: str,
    read: dict[str, int],
    built: tuple[str, ...],
    written: tuple[str, ...],
) -> None:
    database.as_owner(SHOP)
    steps = [{"name": "only", "sql": text, "undo": {"irreversible": "measured forward"}}]
    _, found = Planning(database, throwaway, tmp_path, steps).planned()
    measured = statements(found)["only 1"]
    # A join may look at a row or two more to find where the other side ends.
    assert all(scan.rows % ROWS < 5 for scan in measured.scanned), measured.scanned
    assert {scan.relation: scan.rows // ROWS for scan in measured.scanned} == {
        f"public.{table}": passes for table, passes in read.items()
    }
    assert measured.indexed == named(built)
    assert measured.rewritten == named(written)
    assert measured.wal_bytes > 0 or text.startswith("DO")
    if text in WRITES:
        assert measured.wal_bytes > 100 * ROWS
    elif not built and not written:
        assert measured.wal_bytes < 50 * ROWS


def test_each_statement_has_its_own_rows(database: Database, throwaway: Server, tmp_path: Path) -> None:
    database.as_owner(SHOP)
    text = "COMMENT ON TABLE orders IS 'x'; UPDATE orders SET note = note; UPDATE customers SET name = name"
    steps = [{"name": "only", "sql": text, "undo": {"irreversible": "measured forward"}}]
    _, found = Planning(database, throwaway, tmp_path, steps).planned()
    told = statements(found)
    assert told["only 1"].scanned == ()
    assert [scan.relation for scan in told["only 2"].scanned] == ["public.orders"]
    assert [scan.relation for scan in told["only 3"].scanned] == ["public.customers"]


LARGE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, repeat('x', 200) FROM generate_series(1, 60000) g;
ANALYZE orders;
"""


def over_budget(database: Database, throwaway: Server, root: Path, **policy: Any) -> Planning:
    database.as_owner(LARGE)
    steps = [
        {
            "name": "only",
            "sql": "ALTER TABLE orders ADD CONSTRAINT c CHECK (id > 0)",
            "undo": {"sql": "ALTER TABLE orders DROP CONSTRAINT c"},
        }
    ]
    return Planning(database, throwaway, root, steps, members={"policy": policy})


def test_a_forecast_over_the_budget_stops_the_change(database: Database, throwaway: Server, tmp_path: Path) -> None:
    report = over_budget(database, throwaway, tmp_path, budgets={"lockMilliseconds": 20}).job("analyse", "rehearse")
    assert (report.outcome, report.reason) == ("Failed", "RuleViolated")
    assert "lock-budget: step only, statement 1: AccessExclusive on public.orders would be held for" in report.message


def test_a_budget_that_only_warns_is_a_finding(database: Database, throwaway: Server, tmp_path: Path) -> None:
    policy = {"budgets": {"lockMilliseconds": 20}, "rules": {"lock-budget": "Warn"}}
    _, plan = over_budget(database, throwaway, tmp_path, **policy).planned()
    (finding,) = [one for one in plan.findings if one.rule == "lock-budget"]
    assert finding.relation == "public.orders"
    forecast = plan.steps[0].forecast
    assert forecast is not None
    assert plan.forecast == forecast
    assert forecast.low_milliseconds < forecast.likely_milliseconds < forecast.high_milliseconds
    assert "reading: public.orders" in forecast.basis


def test_a_clone_is_measured_and_scaled(database: Database, throwaway: Server, tmp_path: Path) -> None:
    policy = {"rehearsal": {"source": "Clone"}}
    _, plan = over_budget(database, throwaway, tmp_path, **policy).planned()
    assert plan.steps[0].statements[0].scanned[0].rows == plan.rows_generated["public.orders"] == 60_000
