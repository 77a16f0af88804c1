"""A rollback that fails or is cut off goes on where it stands, whatever kind of step it was at."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from postgres.support.change import Change
from postgres.support.database import Database
from postgres.support.own_server import HANGING_COMMIT, own_database, wait_for_standby
from postgres.support.waiting import wait_for
from schemachange_operator.postgres.catalog import take_snapshot
from schemachange_operator.postgres.ledger_history import check
from testcluster.servers import Server

ORDERS = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, note text); INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 50) n"
)
COLUMN = {
    "name": "column",
    "sql": "ALTER TABLE orders ADD COLUMN currency text",
    "undo": {"sql": "ALTER TABLE orders DROP COLUMN currency"},
}
FILL = {
    "name": "fill",
    "backfill": {"table": "orders", "set": {"currency": "'EUR'"}, "where": "currency IS NULL"},
    "undo": {"notNeeded": "goes with column"},
}
INDEX = {
    "name": "index",
    "sql": "CREATE INDEX CONCURRENTLY orders_currency ON orders (currency)",
    "undo": {"sql": "DROP INDEX CONCURRENTLY orders_currency"},
}
CHECK = {
    "name": "check",
    "sql": "ALTER TABLE orders ADD CONSTRAINT filled CHECK (currency IS NOT NULL)",
    "undo": {"sql": "ALTER TABLE orders DROP CONSTRAINT filled"},
}
ALL: list[dict[str, Any]] = [COLUMN, FILL, INDEX, CHECK]
SLOW_CHECK = {**CHECK, "undo": {"sql": f"{CHECK['undo']['sql']}; SELECT pg_sleep(1)"}}  # type: ignore[index]
ASLEEP = "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1)%' AND wait_event = 'PgSleep'"
GONE = "SELECT WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'schemachange/%')"


@pytest.fixture
def orders(database: Database) -> Database:
    database.as_owner(ORDERS)
    return database


def applied(database: Database, root: Path, steps: list[dict[str, Any]]) -> tuple[Change, dict[str, Any]]:
    """All steps on the target, and the catalog before them."""
    before = take_snapshot(database.superuser)
    change = Change(database, root, steps)
    change.apply_all()
    return change, before


def ends_well(database: Database, change: Change, before: dict[str, Any]) -> None:
    """The next try brings the rollback to its end, proves it, and undoes nothing twice."""
    report = change.run("rollback", attempt=2, abort_reason="no")
    assert (report.outcome, report.proven, report.steps_done) == ("Done", True, ()), report.message
    assert take_snapshot(database.superuser) == before
    assert database.query("SELECT state FROM schemachange.change") == [{"state": "RolledBack"}]
    undone = database.query(
        "SELECT step, number, count(*) FROM schemachange.statement WHERE direction = 'Rollback' GROUP BY 1, 2"
    )
    assert undone
    assert {row["count"] for row in undone} == {1}
    with database.session() as session:
        assert check(session) == ()
    assert change.run("apply", "column", attempt=3).outcome == "Done", "there and again"


BREAK = {
    # The check is undone, the index is not there to be dropped: what came before stays undone.
    "index": (
        "DROP INDEX orders_currency",
        "CREATE INDEX orders_currency ON orders (currency)",
        ("column", "fill", "index"),
    ),
    "check": (
        "ALTER TABLE orders DROP CONSTRAINT filled",
        "ALTER TABLE orders ADD CONSTRAINT filled CHECK (currency IS NOT NULL)",
        ("column", "fill", "index", "check"),
    ),
    "column": (
        "CREATE VIEW eyes AS SELECT currency FROM orders",
        "DROP VIEW eyes",
        ("column",),
    ),
}


@pytest.mark.parametrize(("harm", "mend", "left"), BREAK.values(), ids=BREAK)
def test_a_statement_that_fails(harm: str, mend: str, left: tuple[str, ...], orders: Database, tmp_path: Path) -> None:
    change, before = applied(orders, tmp_path, ALL)
    orders.as_owner(harm)
    for attempt in (1, 2):
        report = change.run("rollback", attempt=attempt)
        assert (report.outcome, report.reason, report.proven) == ("Failed", "RollbackFailed", False)
        assert report.steps_done == left, "the same, however often it is tried"
    orders.as_owner(mend)
    ends_well(orders, change, before)


def test_a_lock_that_cannot_be_had(orders: Database, tmp_path: Path) -> None:
    change, before = applied(orders, tmp_path, ALL)
    with orders.another_superuser() as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT FROM orders")
        report = change.run("rollback")
        assert (report.outcome, report.reason, report.proven) == ("Retry", "WaitingForLock", False)
        assert report.steps_done == ("column", "fill", "index", "check")
        assert "Nothing of it is on the target" in report.message
        reader.execute("ROLLBACK")
    ends_well(orders, change, before)


def test_killed_in_the_middle_of_a_transaction(orders: Database, tmp_path: Path) -> None:
    change, before = applied(orders, tmp_path, [COLUMN, FILL, INDEX, SLOW_CHECK])
    process = change.start("rollback")
    wait_for(orders, ASLEEP)
    process.kill()
    ends_well(orders, change, before)


def killed_behind_a_writer(orders: Database, change: Change, sql: str) -> None:
    """Kill the rollback while its concurrent statement waits for a transaction that writes."""
    with orders.another_superuser() as writer:
        writer.execute("BEGIN")
        writer.execute("UPDATE orders SET note = 'y' WHERE id = 1")
        process = change.start("rollback")
        wait_for(orders, f"SELECT FROM pg_stat_activity WHERE query = '{sql}' AND wait_event_type = 'Lock'")
        process.kill()
        wait_for(orders, GONE)
        writer.execute("ROLLBACK")
    assert orders.query("SELECT FROM pg_index WHERE NOT indisvalid"), "it was cut off half-way"


def test_killed_while_an_index_is_dropped_concurrently(orders: Database, tmp_path: Path) -> None:
    change, before = applied(orders, tmp_path, [COLUMN, FILL, INDEX])
    sql = "DROP INDEX CONCURRENTLY orders_currency"
    killed_behind_a_writer(orders, change, sql)
    assert orders.query("SELECT state FROM schemachange.step WHERE name = 'index'") == [{"state": "Undoing"}]
    # What the statement had done is found; it is written down although it was not seen to end.
    report = change.run("rollback", attempt=2, abort_reason="no")
    assert (report.outcome, report.proven, report.steps_done) == ("Done", True, ()), report.message
    assert take_snapshot(orders.superuser) == before
    assert change.run("apply", "column", attempt=3).outcome == "Done"


def test_killed_while_an_index_is_built_again(orders: Database, tmp_path: Path) -> None:
    orders.as_owner("CREATE INDEX orders_note ON orders (note)")
    sql = "CREATE INDEX CONCURRENTLY orders_note ON orders (note)"
    change, before = applied(
        orders, tmp_path, [{"name": "drop", "sql": "DROP INDEX CONCURRENTLY orders_note", "undo": {"sql": sql}}]
    )
    killed_behind_a_writer(orders, change, sql)
    report = change.run("rollback", attempt=2, abort_reason="no")
    assert (report.outcome, report.proven) == ("Done", True), report.message
    assert take_snapshot(orders.superuser) == before


def test_between_two_steps(orders: Database, tmp_path: Path) -> None:
    change, before = applied(orders, tmp_path, [COLUMN, FILL, INDEX, SLOW_CHECK])
    process = change.start("rollback")
    wait_for(orders, ASLEEP)
    process.terminate()
    report = process.report()
    assert (report.outcome, report.reason, report.proven) == ("Retry", "Stopped", False), report.message
    ends_well(orders, change, before)


@pytest.fixture
def own(server: Server) -> Iterator[Database]:
    """A server of its own, whose COMMITs can be made to wait for a standby that does not exist."""
    with own_database(server.major, ORDERS) as database:
        yield database


def test_the_connection_is_lost_at_commit(own: Database, tmp_path: Path) -> None:
    change, before = applied(own, tmp_path, [COLUMN, FILL, INDEX, SLOW_CHECK])
    process = change.start("rollback", abort_reason="no")
    wait_for(own, ASLEEP)
    wait_for_standby(own, "nobody")
    wait_for(own, HANGING_COMMIT)
    own.query(f"SELECT pg_terminate_backend(pid) FROM ({HANGING_COMMIT}) AS waiting")
    wait_for_standby(own, "")
    report = process.report()
    if report.outcome == "Retry":
        # A busy machine: nobody could say yet what became of it, and the ledger tells the next try.
        report = change.run("rollback", attempt=2, abort_reason="no")
    assert (report.outcome, report.proven, report.steps_done) == ("Done", True, ()), report.message
    assert take_snapshot(own.superuser) == before
    assert own.value("SELECT count(*) FROM schemachange.statement WHERE step = 'check' AND direction = 'Rollback'") == 2
