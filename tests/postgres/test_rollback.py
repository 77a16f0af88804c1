"""Going back: in reverse, resumable, proved by the catalog; and forward again."""

from pathlib import Path
from typing import Any

import pytest

from postgres.support.change import Change
from postgres.support.database import Database
from schemachange_operator.postgres.catalog import take_snapshot

ORDERS = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, note text); INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 50) n"
)
FILLER = """
ALTER TABLE orders ADD COLUMN currency text;
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.currency := coalesce(NEW.currency, 'EUR'); RETURN NEW; END$$;
CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION fill()"""
UNFILL = "DROP TRIGGER fill ON orders; DROP FUNCTION fill(); ALTER TABLE orders DROP COLUMN currency"
BACKFILL = {"table": "orders", "set": {"currency": "'EUR'"}, "where": "currency IS NULL"}
FIVE: list[dict[str, Any]] = [
    {"name": "add", "sql": FILLER, "undo": {"sql": UNFILL}},
    {"name": "fill", "backfill": BACKFILL, "undo": {"notNeeded": "goes with add"}},
    {
        "name": "check",
        "sql": "ALTER TABLE orders ADD CONSTRAINT set CHECK (currency IS NOT NULL) NOT VALID",
        "undo": {"sql": "ALTER TABLE orders DROP CONSTRAINT set"},
    },
    {"name": "validate", "sql": "ALTER TABLE orders VALIDATE CONSTRAINT set", "undo": {"notNeeded": "goes with check"}},
    {
        "name": "index",
        "sql": "CREATE INDEX CONCURRENTLY orders_currency ON orders (currency)",
        "undo": {"sql": "DROP INDEX CONCURRENTLY orders_currency"},
    },
]


@pytest.fixture
def change(database: Database, tmp_path: Path) -> Change:
    database.as_owner(ORDERS)
    return Change(
        database,
        tmp_path,
        FIVE,
        verify=[{"name": "filled", "sql": "SELECT count(*) = 50 FROM orders WHERE currency = 'EUR'"}],
    )


@pytest.mark.parametrize("applied", [1, 2, 3, 4, 5])
def test_there_and_back_from_every_step_and_there_again(database: Database, change: Change, applied: int) -> None:
    before = take_snapshot(database.superuser)
    for step in change.content.steps[:applied]:
        change.run("backfill" if step.backfill else "apply", step.name)
    report = change.run("rollback", abort_reason="not wanted any more")
    assert (report.outcome, report.reason, report.proven, report.steps_done) == ("Done", "Aborted", True, ())
    assert take_snapshot(database.superuser) == before
    assert database.query("SELECT state, outcome FROM schemachange.change") == [
        {"state": "RolledBack", "outcome": "not wanted any more"}
    ]
    change.apply_all()
    assert change.run("verify").outcome == "Done"
    assert database.query("SELECT state FROM schemachange.change ORDER BY id") == [
        {"state": "RolledBack"},
        {"state": "Completed"},
    ]


def test_the_order_of_columns_voids_neither_the_rollback_nor_what_comes_after(database: Database, tmp_path: Path) -> None:
    database.as_owner("CREATE TABLE orders (a int, b int, c int)")
    sql, undo = "ALTER TABLE orders DROP COLUMN a", "ALTER TABLE orders ADD COLUMN a int"
    change = Change(database, tmp_path, [{"name": "drop", "sql": sql, "undo": {"sql": undo}}])
    change.apply_all()
    assert change.run("rollback", abort_reason="not now").proven
    ranks = {
        name[-1]: one["rank"] for name, one in take_snapshot(database.superuser)["column"].items() if ".orders." in name
    }
    assert ranks == {"b": "1", "c": "2", "a": "3"}
    # The plan was made for the order before, and still holds.
    change.apply_all()
    assert change.run("verify").outcome == "Done"


def test_nothing_applied_is_proven_at_once(change: Change) -> None:
    report = change.run("rollback", abort_reason="no")
    assert (report.outcome, report.proven, report.steps_done) == ("Done", True, ())
    assert "Nothing had been applied" in report.message


def test_a_failing_rollback_goes_on_where_it_stopped(database: Database, change: Change) -> None:
    change.apply_all()
    database.as_owner("ALTER TABLE orders DROP CONSTRAINT set")
    report = change.run("rollback")
    assert (report.outcome, report.reason, report.proven) == ("Failed", "RollbackFailed", False)
    assert report.steps_done == ("add", "fill", "check")
    assert "Rollback of step check: statement 1" in report.message
    database.as_owner("ALTER TABLE orders ADD CONSTRAINT set CHECK (currency IS NOT NULL)")
    assert change.run("rollback", attempt=2).proven


def test_a_catalog_that_differs_afterwards_is_unproven_until_mended(database: Database, change: Change) -> None:
    change.apply_all()
    database.as_owner("ALTER TABLE orders ALTER COLUMN note SET DEFAULT 'new'")
    report = change.run("rollback")
    assert (report.outcome, report.reason, report.proven, report.steps_done) == ("Failed", "StateUnproven", False, ())
    assert "column public.orders.note" in report.message
    assert database.value("SELECT state FROM schemachange.change") == "Unproven"
    database.as_owner("ALTER TABLE orders ALTER COLUMN note DROP DEFAULT")
    assert change.run("rollback", attempt=2).proven
    assert database.value("SELECT state FROM schemachange.change") == "RolledBack"


def test_past_an_irreversible_step_nothing_is_touched(database: Database, tmp_path: Path) -> None:
    database.as_owner(ORDERS)
    steps = [
        {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN a int", "undo": {"sql": "ALTER TABLE orders DROP COLUMN a"}},
        {"name": "drop", "sql": "ALTER TABLE orders DROP COLUMN note", "undo": {"irreversible": "data is gone"}},
        {"name": "more", "sql": "ALTER TABLE orders ADD COLUMN b int", "undo": {"sql": "ALTER TABLE orders DROP COLUMN b"}},
    ]
    change = Change(database, tmp_path, steps)
    change.apply_all()
    now = take_snapshot(database.superuser)
    report = change.run("rollback", abort_reason="no")
    assert (report.outcome, report.reason, report.steps_done) == ("Failed", "AbortRefused", ("add", "drop", "more"))
    assert take_snapshot(database.superuser) == now


def test_a_completed_change_is_not_rolled_back(database: Database, change: Change) -> None:
    change.apply_all()
    change.run("verify")
    report = change.run("rollback", abort_reason="no")
    assert (report.outcome, report.reason) == ("Failed", "AbortRefused")
    assert report.steps_done == ("add", "fill", "check", "validate", "index")


def test_others_may_change_the_rest_meanwhile(database: Database, change: Change) -> None:
    change.apply_all()
    database.as_owner("CREATE TABLE elsewhere (id int)")
    assert change.run("rollback").proven
