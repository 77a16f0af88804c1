"""Strong locks: had as soon as they are free, without the application queueing behind us for longer than allowed."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from postgres.support.change import Change, steps
from postgres.support.database import Database
from postgres.support.waiting import wait_for
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.core.plan import LOCK_ORDER
from schemachange_operator.postgres import locks
from schemachange_operator.postgres.locks import WaitingLock

ORDERS = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, note text); INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 50) n;"
    "CREATE TABLE lines (id bigint PRIMARY KEY, note text)"
)
ADD = {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN currency text"}


@pytest.fixture
def orders(database: Database) -> Database:
    database.as_owner(ORDERS)
    database.superuser.execute("GRANT pg_read_all_stats TO operator_login")
    return database


def policy(**rules: Any) -> SchemaPolicySpec:
    return SchemaPolicySpec.model_validate({"locks": {"patienceSeconds": 60, **rules}})


def adding(database: Database, root: Path, sql: str = ADD["sql"], **rules: Any) -> Change:
    step = {"name": "add", "sql": sql}
    return Change(database, root, steps(step), relations=("public.orders", "public.lines"), policy=policy(**rules))


@contextmanager
def transaction(database: Database, statement: str, **settings: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(
        database.server.url(database.connection.database), autocommit=True, **{"application_name": "somebody", **settings}
    ) as session:
        session.execute("BEGIN")
        session.execute(statement.encode())
        yield session


class Reader(threading.Thread):
    """The application: reads the table without a pause and notes its longest wait."""

    def __init__(self, database: Database, statement: str = "SELECT FROM orders LIMIT 1") -> None:
        super().__init__(daemon=True)
        self._session = database.another_superuser()
        self._statement = statement
        self.ended = threading.Event()
        self.waits: list[float] = []

    def run(self) -> None:
        with self._session as session:
            while not self.ended.is_set():
                begin = time.monotonic()
                session.execute(self._statement.encode())
                self.waits.append(time.monotonic() - begin)

    def __enter__(self) -> "Reader":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.join(30)


def when_told(change: Change, words: str, act: Callable[[], object]) -> threading.Thread:
    """Do something, in a thread, as soon as the runner's log says so."""

    def look() -> None:
        until = time.monotonic() + 30
        while words not in change.log.getvalue():
            assert time.monotonic() < until, f"never told: {words}"
            time.sleep(0.005)
        act()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    return thread


def has_column(database: Database, name: str = "currency") -> bool:
    return bool(database.query("SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = %s", [name]))


def test_the_table_of_conflicts_is_the_servers(orders: Database) -> None:
    words = {mode: "".join(f" {c}" if c.isupper() else c for c in mode).upper() for mode in LOCK_ORDER[1:]}
    with orders.another_superuser() as first, orders.another_superuser() as second:
        for held, wanted in product(words, words):
            first.execute("BEGIN")
            first.execute(sql.SQL("LOCK TABLE orders IN {} MODE").format(sql.SQL(words[held].strip())))  # type: ignore[arg-type]
            tag = orders.value(
                "SELECT ROW(locktype, database, relation, page, tuple, virtualxid, transactionid, classid, objid, objsubid)::text"
                " FROM pg_locks WHERE relation = 'orders'::regclass AND granted"
            )
            wish = WaitingLock(second.info.backend_pid, "relation", tag, f"{wanted}Lock", 0, 0)
            foretold = bool(locks.holders(orders.superuser, [wish], second.info.backend_pid))
            try:
                with second.transaction(force_rollback=True):
                    second.execute(sql.SQL("LOCK TABLE orders IN {} MODE NOWAIT").format(sql.SQL(words[wanted].strip())))  # type: ignore[arg-type]
                conflicts = False
            except errors.LockNotAvailable:
                conflicts = True
            first.execute("ROLLBACK")
            assert foretold == conflicts, (held, wanted)


def test_it_waits_without_being_in_the_way_and_goes_on_at_once(orders: Database, tmp_path: Path) -> None:
    change = adding(orders, tmp_path)
    freed: list[float] = []
    with transaction(orders, "SELECT FROM orders") as blocker, Reader(orders) as reader:
        pid = blocker.info.backend_pid

        def free() -> None:
            time.sleep(3)
            freed.append(time.monotonic())
            blocker.execute("ROLLBACK")

        ending = when_told(change, '"blockedBy": "pid', free)
        assert change.run("apply", "add").outcome == "Done"
        done = time.monotonic()
        ending.join()
    assert done - freed[0] < 1.5
    assert max(reader.waits) < 0.5
    tries = [event for event in change.events() if event["event"] == "lock_not_available"]
    assert len(tries) <= 3, "no blind tries while somebody is in the way"
    (first, *_, last) = change.told()
    assert f"pid {pid}, user postgres (somebody), idle in transaction" in first["blockedBy"]
    assert "last query: SELECT FROM orders" in first["text"]
    assert last["blockedBy"] == "", "the last word is that the waiting is over"


def test_what_may_not_be_seen_is_said(orders: Database, tmp_path: Path) -> None:
    orders.superuser.execute("REVOKE pg_read_all_stats FROM operator_login")
    change = adding(orders, tmp_path, patienceSeconds=1)
    with transaction(orders, "SELECT FROM orders") as blocker:
        report, pid = change.run("apply", "add"), blocker.info.backend_pid
    assert report.reason == "WaitingForLock"
    assert f"pid {pid}, user postgres (somebody), what it does is not visible" in report.message
    assert "GRANT pg_read_all_stats" in report.message


def test_each_lock_of_a_step_is_learned(orders: Database, tmp_path: Path) -> None:
    change = adding(orders, tmp_path, f"{ADD['sql']}; ALTER TABLE lines ADD COLUMN currency text")
    with transaction(orders, "SELECT FROM lines") as second, transaction(orders, "SELECT FROM orders") as first:
        when_told(change, f'"blockedBy": "pid {first.info.backend_pid}', lambda: first.execute("ROLLBACK"))
        when_told(change, f'"blockedBy": "pid {second.info.backend_pid}', lambda: second.execute("ROLLBACK"))
        assert change.run("apply", "add").outcome == "Done"
    assert has_column(orders)


STALLS = [
    ("a table", f"{ADD['sql']}; SELECT pg_sleep(30)", "SELECT FROM orders LIMIT 1"),
    ("a row", "UPDATE orders SET note = 'y' WHERE id = 1; SELECT pg_sleep(30)", "UPDATE orders SET note = 'z' WHERE id = 1"),
]


@pytest.mark.parametrize(("sql", "statement"), [row[1:] for row in STALLS], ids=[row[0] for row in STALLS])
def test_it_gives_way_to_the_application_and_ends_by_asking_somebody(
    orders: Database, tmp_path: Path, sql: str, statement: str
) -> None:
    change = adding(orders, tmp_path, sql, stallMilliseconds=300)
    with Reader(orders, statement) as reader:
        report = change.run("apply", "add")
    assert (report.outcome, report.reason, report.steps_done) == ("Failed", "StallBudgetExceeded", ())
    assert "300 ms, 3 times" in report.message
    assert "spec.locks.stallMilliseconds" in report.message
    assert [event["times"] for event in change.events() if event["event"] == "gave_way"] == [1, 2, 3]
    assert any("gave way to the application" in told["text"] for told in change.told())
    assert 0.3 < max(reader.waits) < 1.5
    assert not has_column(orders)
    assert orders.query("SELECT FROM schemachange.change") == []


def test_nobody_waits_nobody_is_given_way_to(orders: Database, tmp_path: Path) -> None:
    change = adding(orders, tmp_path, f"{ADD['sql']}; SELECT pg_sleep(1)", stallMilliseconds=50)
    assert change.run("apply", "add").outcome == "Done"


def test_a_quick_change_of_a_busy_table_passes(orders: Database, tmp_path: Path) -> None:
    change = adding(orders, tmp_path)
    with Reader(orders), Reader(orders, "UPDATE orders SET note = 'z' WHERE id = 1") as writer:
        assert change.run("apply", "add").outcome == "Done"
    assert max(writer.waits) < 1.0


def test_somebody_elses_migration_is_not_the_application(orders: Database, tmp_path: Path) -> None:
    change = adding(orders, tmp_path, f"{ADD['sql']}; SELECT pg_sleep(1)", stallMilliseconds=50)
    process = change.start("apply", "add")
    wait_for(orders, "SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'")
    with orders.another_superuser() as other:
        other.execute("ALTER TABLE orders ADD COLUMN other text")
    assert process.report(30).outcome == "Done"


def test_a_short_transaction_is_queued_for(orders: Database, tmp_path: Path) -> None:
    change = adding(orders, tmp_path)
    with (
        Reader(orders, "SELECT pg_sleep(0.02) FROM orders LIMIT 1"),
        Reader(orders, "SELECT pg_sleep(0.03) FROM orders LIMIT 1"),
    ):
        assert change.run("apply", "add").outcome == "Done"


def test_the_guard_comes_back_when_its_session_is_ended(orders: Database, tmp_path: Path) -> None:
    change = adding(orders, tmp_path)
    ended: list[int] = []
    with transaction(orders, "SELECT FROM orders") as blocker:

        def cut_off() -> None:
            guard = "SELECT pid FROM pg_stat_activity WHERE query LIKE '-- Which transactions hold%'"
            wait_for(orders, guard)
            ended.append(orders.value(f"SELECT count(pg_terminate_backend(pid)) FROM ({guard}) AS found"))
            told = len(change.told())
            until = time.monotonic() + 20
            while len(change.told()) == told:
                assert time.monotonic() < until, "nothing is told any more"
                time.sleep(0.05)
            blocker.execute("ROLLBACK")

        when_told(change, '"blockedBy": "pid', cut_off)
        assert change.run("apply", "add").outcome == "Done"
    assert ended == [1]
    assert has_column(orders)


def test_vacuum_and_its_like_are_waited_for_with_their_own_lock(orders: Database, tmp_path: Path) -> None:
    change = adding(orders, tmp_path)
    waits = "SELECT FROM pg_locks WHERE NOT granted AND mode = 'ShareUpdateExclusiveLock' AND relation = 'orders'::regclass"
    with (
        transaction(orders, "LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE") as vacuum,
        Reader(orders, "UPDATE orders SET note = 'z' WHERE id = 1") as writer,
    ):
        process = change.start("apply", "add")
        wait_for(orders, waits)
        vacuum.execute("ROLLBACK")
        assert process.report(30).outcome == "Done"
    assert max(writer.waits) < 1.0


def test_a_build_without_locks_tells_whom_it_waits_for(orders: Database, tmp_path: Path) -> None:
    change = adding(orders, tmp_path, "CREATE INDEX CONCURRENTLY orders_note ON orders (note)", stallMilliseconds=50)
    with transaction(orders, "UPDATE orders SET note = 'y' WHERE id = 1") as writer:
        when_told(change, f'"blockedBy": "pid {writer.info.backend_pid}', lambda: writer.execute("ROLLBACK"))
        assert change.run("apply", "add").outcome == "Done"
    assert orders.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_note'::regclass")
    assert not [event for event in change.events() if event["event"] == "lock_not_available"]


def test_a_build_tells_how_far_it_is(orders: Database, tmp_path: Path) -> None:
    orders.as_owner(
        "CREATE FUNCTION slow(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS"
        " $$BEGIN PERFORM pg_sleep(0.06); RETURN $1; END$$"
    )
    change = adding(orders, tmp_path, "CREATE INDEX CONCURRENTLY orders_note ON orders (slow(note))")
    assert change.run("apply", "add").outcome == "Done"
    assert any("CREATE INDEX CONCURRENTLY: building index" in told["text"] for told in change.told()), change.told()


def test_validation_is_waited_for_longer(orders: Database, tmp_path: Path) -> None:
    orders.as_owner("ALTER TABLE orders ADD CONSTRAINT short CHECK (note <> '') NOT VALID")
    change = adding(orders, tmp_path, "ALTER TABLE orders VALIDATE CONSTRAINT short")
    process = change.start("apply", "add")
    with transaction(orders, "LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE") as vacuum:
        wait_for(orders, "SELECT FROM pg_locks WHERE NOT granted AND clock_timestamp() - waitstart > interval '0.5 s'")
        vacuum.execute("ROLLBACK")
    assert process.report(30).outcome == "Done"


def test_a_deadlock_never_ends_the_application(orders: Database, tmp_path: Path) -> None:
    write = "UPDATE orders SET note = 'y' WHERE id = "
    change = adding(orders, tmp_path, f"{write} 1 RETURNING pg_sleep(0.7); {write} 2", stallMilliseconds=500)
    with transaction(orders, f"{write} 2") as application:
        process = change.start("apply", "add")
        wait_for(orders, "SELECT FROM pg_stat_activity WHERE query LIKE 'UPDATE%pg_sleep(0.7)%' AND wait_event = 'PgSleep'")
        # Without a guard: we wait for row 2 when PostgreSQL looks, after a second, why this has not got row 1.
        application.execute(f"{write} 1".encode())
        application.execute("COMMIT")
    assert process.report(30).outcome == "Done"


def test_a_detach_that_was_given_up_is_finished(database: Database, tmp_path: Path) -> None:
    database.as_owner(
        "CREATE TABLE orders (id bigint, note text) PARTITION BY RANGE (id);"
        "CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (100); INSERT INTO orders VALUES (1, 'x')"
    )
    sql = "ALTER TABLE orders DETACH PARTITION orders_1 CONCURRENTLY"
    relations = ("public.orders", "public.orders_1")
    change = Change(
        database, tmp_path, steps({"name": "s", "sql": sql}), relations=relations, policy=policy(stallMilliseconds=100)
    )
    with transaction(database, "LOCK TABLE orders_1 IN ACCESS SHARE MODE") as reader:
        process = change.start("apply", "s")
        wait_for(database, "SELECT FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'")
        # The application queues behind the second half of the DETACH, which gives way to it.
        with database.another_superuser() as second:
            second.execute("SET statement_timeout TO '10s'")
            second.execute("SELECT FROM orders_1")
        reader.execute("ROLLBACK")
    first = process.report(30)
    report = change.run("apply", "s", attempt=2)
    assert first.outcome in ("Done", "Retry"), first.message
    assert report.outcome == "Done", report.message
    assert database.query("SELECT FROM pg_inherits") == []
