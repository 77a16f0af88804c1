"""Statements that cannot be in a transaction: cut off at any point, they end done once, and leave no debris."""

import threading
from pathlib import Path
from typing import Any

import pytest

from postgres.support.change import Change, steps
from postgres.support.database import Database
from postgres.support.waiting import wait_for

ORDERS = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, note text); INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 50) n"
)
CREATE = "CREATE INDEX CONCURRENTLY orders_note ON orders (note)"
INDEXES = "SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index WHERE indrelid = 'orders'::regclass ORDER BY 1"


@pytest.fixture
def orders(database: Database) -> Database:
    database.as_owner(ORDERS)
    return database


def single(database: Database, root: Path, sql: str, **others: Any) -> Change:
    return Change(database, root, steps({"name": "s", "sql": sql}), **others)


def state(database: Database) -> list[str]:
    return [f"{row['name']}{'' if row['valid'] else ' invalid'}" for row in database.query(INDEXES)]


PLAIN = [
    (CREATE, "", ["orders_note", "orders_pkey"]),
    ("CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_pkey ON orders (id)", "", ["orders_pkey"]),
    ("DROP INDEX CONCURRENTLY orders_note", "CREATE INDEX orders_note ON orders (note)", ["orders_pkey"]),
    ("DROP INDEX CONCURRENTLY IF EXISTS nothing", "", ["orders_pkey"]),
    ("REINDEX INDEX CONCURRENTLY orders_pkey", "", ["orders_pkey"]),
    ("REINDEX TABLE CONCURRENTLY orders", "", ["orders_pkey"]),
    ("VACUUM (ANALYZE) orders", "", ["orders_pkey"]),
    ("VACUUM FULL orders", "", ["orders_pkey"]),
]


@pytest.mark.parametrize(("sql", "before", "after"), PLAIN)
def test_each_kind_runs_and_is_recorded(orders: Database, tmp_path: Path, sql: str, before: str, after: list[str]) -> None:
    if before:
        orders.as_owner(before)
    change = single(orders, tmp_path, sql)
    report = change.run("apply", "s")
    assert (report.outcome, report.reason, report.steps_done) == ("Done", "StepDone", ("s",)), report.message
    assert state(orders) == after
    assert change.run("apply", "s", attempt=2).already_done


def cut_off(database: Database, change: Change, sql: str) -> None:
    """Kill the runner, and with it the session, while the statement waits for a writer."""
    with database.another_superuser() as writer:
        writer.execute("BEGIN")
        writer.execute("UPDATE orders SET note = 'y' WHERE id = 1")
        process = change.start("apply", "s")
        wait_for(database, f"SELECT FROM pg_stat_activity WHERE query = '{sql}' AND wait_event_type = 'Lock'")
        process.kill()
        wait_for(
            database,
            f"SELECT WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE query = '{sql}' AND pid <> pg_backend_pid())",
        )
        writer.execute("ROLLBACK")


CUT = [
    (CREATE, "", ["orders_note invalid", "orders_pkey"], ["orders_note", "orders_pkey"]),
    (
        "DROP INDEX CONCURRENTLY orders_note",
        "CREATE INDEX orders_note ON orders (note)",
        ["orders_note invalid", "orders_pkey"],
        ["orders_pkey"],
    ),
    (
        "REINDEX INDEX CONCURRENTLY orders_pkey",
        "",
        ["orders_pkey", "orders_pkey_ccnew invalid"],
        ["orders_pkey"],
    ),
    (
        "REINDEX TABLE CONCURRENTLY orders",
        "CREATE INDEX orders_note ON orders (note)",
        ["orders_note", "orders_note_ccnew invalid", "orders_pkey", "orders_pkey_ccnew invalid"],
        ["orders_note", "orders_pkey"],
    ),
    (
        "REINDEX SCHEMA CONCURRENTLY public",
        "",
        ["orders_pkey", "orders_pkey_ccnew invalid"],
        ["orders_pkey"],
    ),
    ("VACUUM FULL orders", "", ["orders_pkey"], ["orders_pkey"]),
]


@pytest.mark.parametrize(("sql", "before", "debris", "after"), CUT)
def test_a_killed_runner_is_followed_by_one_that_clears_up(
    orders: Database, tmp_path: Path, sql: str, before: str, debris: list[str], after: list[str]
) -> None:
    if before:
        orders.as_owner(before)
    change = single(orders, tmp_path, sql)
    cut_off(orders, change, sql)
    assert state(orders) == debris
    assert orders.value("SELECT state FROM schemachange.step") == "Intent"
    report = change.run("apply", "s", attempt=2)
    assert report.outcome == "Done", report.message
    assert state(orders) == after


def test_done_just_before_the_crash_is_found_by_the_probe(orders: Database, tmp_path: Path) -> None:
    change = single(orders, tmp_path, CREATE)
    cut_off(orders, change, CREATE)
    orders.superuser.execute("DROP INDEX orders_note")
    orders.as_owner("CREATE INDEX orders_note ON orders (note)")
    number = orders.value("SELECT 'orders_note'::regclass::oid::bigint")
    assert change.run("apply", "s", attempt=2).outcome == "Done"
    assert orders.value("SELECT 'orders_note'::regclass::oid::bigint") == number


def test_a_cut_off_statement_is_rolled_back_to_nothing(orders: Database, tmp_path: Path) -> None:
    step = {"name": "s", "sql": CREATE, "undo": {"sql": "DROP INDEX CONCURRENTLY orders_note"}}
    change = Change(orders, tmp_path, [step])
    cut_off(orders, change, CREATE)
    report = change.run("rollback", abort_reason="no")
    assert (report.outcome, report.proven, report.steps_done) == ("Done", True, ())
    assert state(orders) == ["orders_pkey"]
    assert change.run("apply", "s", attempt=2).outcome == "Done"


def test_a_unique_index_that_cannot_be_is_cleared_up(orders: Database, tmp_path: Path) -> None:
    report = single(orders, tmp_path, "CREATE UNIQUE INDEX CONCURRENTLY orders_note ON orders (note)").run("apply", "s")
    assert (report.outcome, report.reason, report.steps_done) == ("Failed", "StatementFailed", ())
    assert "23505" in report.message
    assert "'x'" not in report.message
    assert state(orders) == ["orders_pkey"]
    assert orders.query("SELECT state FROM schemachange.change") == [{"state": "RolledBack"}]
    assert orders.query("SELECT FROM schemachange.step") == []


def test_debris_of_somebody_else_is_left_alone(orders: Database, tmp_path: Path) -> None:
    orders.as_owner("CREATE INDEX orders_note ON orders (note)")
    orders.superuser.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_note'::regclass")
    report = single(orders, tmp_path, CREATE).run("apply", "s")
    assert (report.outcome, report.reason) == ("Failed", "StatementFailed")
    lenient = single(orders, tmp_path, CREATE.replace("CONCURRENTLY", "CONCURRENTLY IF NOT EXISTS")).run("apply", "s")
    assert (lenient.outcome, lenient.reason) == ("Failed", "StatementFailed")
    assert "invalid index of that name" in lenient.message
    assert state(orders) == ["orders_note invalid", "orders_pkey"]


def test_a_strong_lock_is_not_waited_for_without_limit(orders: Database, tmp_path: Path) -> None:
    change = single(orders, tmp_path, "VACUUM FULL orders")
    with orders.another_superuser() as holder:
        holder.execute("BEGIN")
        holder.execute("LOCK TABLE orders IN ACCESS SHARE MODE")
        report = change.run("apply", "s")
        holder.execute("ROLLBACK")
    assert (report.outcome, report.reason) == ("Retry", "WaitingForLock")
    assert change.run("apply", "s", attempt=2).outcome == "Done"


def test_a_pending_detach_is_finished(database: Database, tmp_path: Path) -> None:
    database.as_owner(
        "CREATE TABLE orders (id bigint, note text) PARTITION BY RANGE (id);"
        "CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (100); INSERT INTO orders VALUES (1, 'x')"
    )
    sql = "ALTER TABLE orders DETACH PARTITION orders_1 CONCURRENTLY"
    change = single(database, tmp_path, sql, relations=("public.orders", "public.orders_1"))
    cut_off(database, change, sql)
    assert database.query("SELECT inhdetachpending FROM pg_inherits") == [{"inhdetachpending": True}]
    report = change.run("apply", "s", attempt=2)
    assert report.outcome == "Done", report.message
    assert database.query("SELECT FROM pg_inherits") == []


def test_a_stop_cancels_and_the_next_run_ends_it(orders: Database, tmp_path: Path) -> None:
    change = single(orders, tmp_path, CREATE)
    with orders.another_superuser() as writer:
        writer.execute("BEGIN")
        writer.execute("UPDATE orders SET note = 'y' WHERE id = 1")
        process = change.start("apply", "s")
        wait_for(orders, f"SELECT FROM pg_stat_activity WHERE query = '{CREATE}' AND wait_event_type = 'Lock'")
        process.terminate()
        report = process.report(10)
        writer.execute("ROLLBACK")
    assert (report.outcome, report.reason) == ("Retry", "Stopped")
    assert change.run("apply", "s", attempt=2).outcome == "Done"
    assert state(orders) == ["orders_note", "orders_pkey"]


def test_an_index_that_somebody_else_is_building_is_left_to_them(orders: Database, tmp_path: Path) -> None:
    change = single(orders, tmp_path, CREATE)
    cut_off(orders, change, CREATE)
    orders.superuser.execute("DROP INDEX orders_note")
    with orders.another_superuser() as writer, orders.another_superuser() as somebody:
        writer.execute("BEGIN")
        writer.execute("UPDATE orders SET note = 'y' WHERE id = 1")
        building = threading.Thread(target=somebody.execute, args=(CREATE,))
        building.start()
        wait_for(orders, f"SELECT FROM pg_stat_activity WHERE query = '{CREATE}' AND wait_event_type = 'Lock'")
        report = change.run("apply", "s", attempt=2)
        assert (report.outcome, report.reason) == ("Retry", "DatabaseBusy"), report.message
        assert f"pid {somebody.info.backend_pid}, user postgres" in report.message
        writer.execute("ROLLBACK")
        building.join()
    number = orders.value("SELECT 'orders_note'::regclass::oid::bigint")
    assert change.run("apply", "s", attempt=3).outcome == "Done"
    assert orders.value("SELECT 'orders_note'::regclass::oid::bigint") == number


def test_a_vacuum_that_was_cut_off_is_run_again(orders: Database, tmp_path: Path) -> None:
    change = single(orders, tmp_path, "VACUUM orders")
    with orders.another_superuser() as holder:
        holder.execute("BEGIN")
        holder.execute("LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE")
        process = change.start("apply", "s")
        wait_for(orders, "SELECT FROM pg_stat_activity WHERE query = 'VACUUM orders' AND wait_event_type = 'Lock'")
        process.kill()
        holder.execute("ROLLBACK")
    assert orders.value("SELECT state FROM schemachange.step") == "Intent"
    assert change.run("apply", "s", attempt=2).outcome == "Done"


IN_TRANSACTION = [
    (
        "ALTER TYPE mood ADD VALUE 'fine'",
        "SELECT FROM pg_enum WHERE enumlabel = 'fine'",
    ),
    (
        "REFRESH MATERIALIZED VIEW CONCURRENTLY totals",
        "SELECT FROM totals WHERE id = 51",
    ),
]


@pytest.mark.parametrize(("sql", "effect"), IN_TRANSACTION)
def test_what_can_be_in_a_transaction_is_whole_or_not_there(orders: Database, tmp_path: Path, sql: str, effect: str) -> None:
    orders.as_owner(
        "CREATE TYPE mood AS ENUM ('sad'); CREATE MATERIALIZED VIEW totals AS SELECT id FROM orders;"
        "CREATE UNIQUE INDEX ON totals (id); INSERT INTO orders VALUES (51, 'x')"
    )
    change = single(orders, tmp_path, f"{sql}; SELECT pg_sleep(1)")
    process = change.start("apply", "s")
    wait_for(orders, "SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(1)%' AND state = 'active'")
    process.kill()
    report = change.run("apply", "s", attempt=2)
    assert (report.outcome, report.already_done) == ("Done", False), report.message
    assert len(orders.query(effect)) == 1
    assert change.run("apply", "s", attempt=3).already_done
