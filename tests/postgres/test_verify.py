"""Verifying: as rehearsed, and every question answered with true."""

from pathlib import Path
from typing import Any

import pytest

from postgres.support.change import Change, steps
from postgres.support.database import Database

ORDERS = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, note text); INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 50) n"
)
ADD = {
    "name": "add",
    "sql": "ALTER TABLE orders ADD COLUMN currency text DEFAULT 'EUR'; CREATE INDEX orders_note ON orders (note)",
}


@pytest.fixture
def orders(database: Database) -> Database:
    database.as_owner(ORDERS)
    return database


def applied(database: Database, root: Path, *assertions: str) -> Change:
    verify: list[dict[str, Any]] = [{"name": f"a{number}", "sql": sql} for number, sql in enumerate(assertions, 1)]
    change = Change(database, root, steps(ADD), verify=verify)
    change.apply_all()
    return change


def test_a_change_that_did_what_was_rehearsed_is_completed(orders: Database, tmp_path: Path) -> None:
    change = applied(orders, tmp_path, "SELECT count(*) = 50 FROM orders WHERE currency = 'EUR'")
    orders.as_owner("CREATE TABLE elsewhere (id int)")
    report = change.run("verify")
    assert (report.outcome, report.reason, report.already_done, report.steps_done) == ("Done", "Completed", False, ("add",))
    (row,) = orders.query("SELECT state, closed_at FROM schemachange.change")
    assert row["state"] == "Completed"
    assert row["closed_at"] is not None
    again = change.run("verify", attempt=2)
    assert (again.outcome, again.already_done) == ("Done", True)
    assert change.run("apply", "add", attempt=3).already_done


DIFFERENCES = [
    ("ALTER TABLE orders ADD COLUMN other int", "not rehearsed: column public.orders.other added"),
    ("DROP INDEX orders_note", "rehearsed and not found: index public.orders_note added"),
    ("ALTER TABLE orders ALTER COLUMN note SET NOT NULL", "not rehearsed"),
]


@pytest.mark.parametrize(("sql", "words"), DIFFERENCES)
def test_another_difference_is_said(orders: Database, tmp_path: Path, sql: str, words: str) -> None:
    change = applied(orders, tmp_path)
    orders.as_owner(sql)
    report = change.run("verify")
    assert (report.outcome, report.reason, report.steps_done) == ("Failed", "DifferenceUnexpected", ("add",))
    assert words in report.message
    assert orders.value("SELECT state FROM schemachange.change") == "Open"


ASSERTIONS = [
    ("SELECT false", "1 row"),
    ("SELECT NULL::boolean", "1 row"),
    ("SELECT true WHERE false", "0 rows"),
    ("SELECT true FROM orders", "2 rows"),
    ("SELECT true, true", "1 row"),
    ("SELECT 1", "1 row"),
    ("SELECT 1 / 0 = 1", "22012"),
    ("DELETE FROM orders RETURNING true", "25006"),
    ("SELECT true; DELETE FROM orders", "42601"),
    ("SELECT count(*) > 0 FROM schemachange.change", "42501"),
]


@pytest.mark.parametrize(("sql", "words"), ASSERTIONS)
def test_an_assertion_that_does_not_hold_is_named(orders: Database, tmp_path: Path, sql: str, words: str) -> None:
    change = applied(orders, tmp_path, "SELECT true", sql)
    report = change.run("verify")
    assert (report.outcome, report.reason) == ("Failed", "AssertionFailed")
    assert "assertion a2" in report.message
    assert words in report.message
    assert orders.value("SELECT count(*) FROM orders") == 50


def test_what_is_not_applied_is_not_verified(orders: Database, tmp_path: Path) -> None:
    report = Change(orders, tmp_path, steps(ADD)).run("verify")
    assert (report.outcome, report.reason) == ("Retry", "StepsLost")


def test_rows_that_are_unfilled_again_are_said(orders: Database, tmp_path: Path) -> None:
    change = Change(
        orders,
        tmp_path,
        steps({"name": "fill", "backfill": {"table": "orders", "set": {"note": "'y'"}, "where": "note = 'x'"}}),
    )
    change.apply_all()
    orders.as_owner("UPDATE orders SET note = 'x' WHERE id = 7")
    report = change.run("verify")
    assert (report.outcome, report.reason) == ("Failed", "BackfillFailed")
    assert "1 rows" in report.message
