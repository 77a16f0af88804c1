"""Two runners at once: the older one fails, whatever of it is still alive, and what it ran is ended or waited for."""

import signal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from postgres.support.change import Change, steps
from postgres.support.database import LOGIN, OWNER, Database
from postgres.support.waiting import wait_for
from schemachange_operator.core.errors import TryLater
from schemachange_operator.postgres import ledger, ledger_runner
from schemachange_operator.postgres.advisory import DatabaseLock
from schemachange_operator.postgres.ledger_history import check
from schemachange_operator.postgres.session import connect
from schemachange_operator.postgres.sqlstate import reason_of
from schemachange_operator.runner.target import working_on

ORDERS = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, note text); INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 50) n"
)
SLOW = {"name": "slow", "sql": "ALTER TABLE orders ADD COLUMN a int; SELECT pg_sleep(600)"}
ADD = {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN currency text"}
WRITES = [
    "UPDATE schemachange.change SET outcome = 'older'",
    "INSERT INTO schemachange.step (change_id, name, state, attempt) VALUES (1, 'older', 'Done', 1)",
    "DELETE FROM schemachange.step",
    "INSERT INTO schemachange.statement (change_id, step, direction, attempt, number, kind, text, duration_milliseconds, outcome)"
    " VALUES (1, 'older', 'Apply', 1, 1, '', '', 0, '')",
    "UPDATE schemachange.backfill SET rows_done = 0",
]


@pytest.fixture
def orders(database: Database) -> Database:
    database.as_owner(ORDERS)
    return database


def session_of(database: Database, runner: ledger_runner.Runner) -> Any:
    return connect(database.connection, database.credentials, "older", settings={ledger_runner.SETTING: runner.token})


@pytest.mark.parametrize("write", WRITES)
def test_an_older_runner_cannot_write(orders: Database, tmp_path: Path, write: str) -> None:
    Change(orders, tmp_path, steps(ADD)).apply_all()
    with orders.session("one") as first, orders.session("two") as second:
        _, older = ledger_runner.take_over(first)
        with session_of(orders, older) as session:
            session.execute("UPDATE schemachange.change SET outcome = 'still mine'")
            before, newer = ledger_runner.take_over(second)
            assert (before, newer.number) == (older, older.number + 1)
            with pytest.raises(psycopg.Error) as raised:
                session.execute(write)
    refused = reason_of(raised.value)
    assert isinstance(refused, TryLater)
    assert refused.reason == "DatabaseBusy"
    assert "Another runner has taken this database over" in refused.message


def test_a_transaction_of_the_older_one_is_waited_for(orders: Database, tmp_path: Path) -> None:
    Change(orders, tmp_path, steps(ADD)).apply_all()
    with orders.session("one") as first, orders.session("two") as second:
        _, older = ledger_runner.take_over(first)
        with session_of(orders, older) as session:
            session.execute("BEGIN")
            session.execute("UPDATE schemachange.change SET outcome = 'older'")
            with pytest.raises(TryLater, match=r"earlier runner \(one\) has not ended") as raised:
                ledger_runner.take_over(second)
            assert raised.value.reason == "DatabaseBusy"
            session.execute("COMMIT")
            ledger_runner.take_over(second)
            session.execute("BEGIN")
            with pytest.raises(psycopg.Error, match="taken this database over"):
                session.execute("UPDATE schemachange.change SET outcome = 'older'")
    with orders.session() as session:
        assert check(session) == ()


def test_whoever_lost_the_lock_cannot_commit(orders: Database, tmp_path: Path) -> None:
    """The lock's session is ended by the network; the work's session lives on and gets to its COMMIT."""
    slow = {"name": "slow", "sql": "ALTER TABLE orders ADD COLUMN a int; SELECT pg_sleep(2)"}
    change = Change(orders, tmp_path, steps(slow))
    process = change.start("apply", "slow")
    wait_for(orders, "SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(2)%' AND state = 'active'")
    orders.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    report = process.report()
    assert (report.outcome, report.reason, report.steps_done) == ("Retry", "DatabaseUnreachable", ()), report.message
    assert orders.query("SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'a'") == []
    assert change.run("apply", "slow", attempt=2).outcome == "Done"


def test_a_frozen_runner_that_wakes_up_finds_itself_replaced(orders: Database, tmp_path: Path) -> None:
    """The first stands still in a transaction; the second ends its sessions and applies; the first wakes up and fails."""
    change = Change(orders, tmp_path, steps(SLOW))
    process = change.start("apply", "slow")
    wait_for(orders, "SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%' AND state = 'active'")
    process.started.send_signal(signal.SIGSTOP)
    # The server ends the lock's session, as it does when a node is cut off.
    orders.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    with working_on(change.environment("slow", attempt=2)) as target:
        with target.session() as session:
            assert ledger.find(session, "shop", change.name) is None
        assert [event["event"] for event in change.events() if event["event"] == "orphan_ended"]
        process.started.send_signal(signal.SIGCONT)
        report = process.report()
    assert (report.outcome, report.reason) == ("Retry", "DatabaseUnreachable"), report.message
    assert orders.query("SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'a'") == []


def test_an_object_made_again_ends_what_the_one_before_has_left(orders: Database, tmp_path: Path) -> None:
    change = Change(orders, tmp_path, steps(SLOW))
    process = change.start("apply", "slow")
    wait_for(orders, "SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%' AND state = 'active'")
    process.started.send_signal(signal.SIGSTOP)
    try:
        orders.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        identity = {"uid": "ffffffff-0000-0000-0000-000000000000", "namespace": "shop", "name": change.name}
        with working_on(change.environment("slow", change=identity)):
            left = orders.query("SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%' AND state = 'active'")
        assert left == []
    finally:
        process.kill()


@pytest.mark.parametrize("name", ["a", "a-name-that-is-as-long-as-kubernetes-lets-a-name-be-" + "x" * 190])
def test_sessions_are_named_by_change_and_step(orders: Database, tmp_path: Path, name: str) -> None:
    names = {
        Change(orders, tmp_path / uid, steps(SLOW), name=name, uid=uid).environment("slow").application_name
        for uid in ("1", "2")
    }
    (one,) = names
    assert len(one.encode()) <= 63
    assert one.endswith("/apply/1/slow")
    assert Change(orders, tmp_path / "3", steps(SLOW), name=name + "y").environment("slow").application_name != one


def test_sessions_of_another_login_are_waited_for(orders: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schemachange_operator.postgres.advisory.ENDING_TRIES", 2)
    change = Change(orders, tmp_path, steps(ADD))
    with orders.another_superuser() as earlier:
        name = change.environment("add").application_name
        earlier.execute(f"SET application_name = '{name}'")
        with pytest.raises(TryLater, match="do not end") as raised:
            change.run("apply", "add")
        assert raised.value.reason == "DatabaseBusy"
    assert change.run("apply", "add").outcome == "Done"


def test_the_lock_alone_lets_one_in(orders: Database) -> None:
    with orders.session() as first, orders.session() as second:
        ledger.install(first, OWNER)
        DatabaseLock(first).acquire(lambda _: False)
        with pytest.raises(TryLater, match="Asked to stop"):
            DatabaseLock(second).acquire(lambda _: True)
    assert orders.value("SELECT usename FROM pg_stat_activity WHERE pid = pg_backend_pid()") != LOGIN
