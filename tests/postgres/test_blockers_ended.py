"""Sessions in the way are ended where the policy names them, and some never."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from postgres.support.change import Change, steps
from postgres.support.database import Database, fresh_database
from postgres.support.own_server import server_with_roles
from postgres.support.waiting import wait_for
from schemachange_operator.api.policy import SchemaPolicySpec
from testcluster.servers import Server

ADD = {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN currency text"}
SEEING = "GRANT pg_read_all_stats, pg_signal_backend TO operator_login"
REPORT = {"applicationName": "nightly"}


@pytest.fixture
def orders(database: Database) -> Database:
    return prepared(database)


def prepared(database: Database) -> Database:
    database.as_owner(
        "CREATE TABLE orders (id bigint PRIMARY KEY, note text); INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 50) n"
    )
    database.superuser.execute(SEEING)
    database.superuser.execute(
        "DO $$BEGIN IF to_regrole('report') IS NULL THEN CREATE ROLE report LOGIN PASSWORD 'report'; END IF; END$$"
    )
    database.superuser.execute("GRANT SELECT ON orders TO report")
    return database


def adding(database: Database, root: Path, *rules: dict[str, Any], seconds: int = 60) -> Change:
    locks = {"patienceSeconds": seconds, "endBlockers": list(rules)}
    return Change(database, root, steps(ADD), policy=SchemaPolicySpec.model_validate({"locks": locks}))


def report(database: Database, name: str = "nightly", **settings: Any) -> psycopg.Connection[Any]:
    url = database.server.url(database.connection.database, user="report").replace(":postgres@", ":report@")
    session = psycopg.connect(url, autocommit=True, application_name=name, **settings)
    session.execute("BEGIN")
    session.execute("SELECT FROM orders")
    return session


def alive(database: Database, pid: int) -> bool:
    return bool(database.query("SELECT FROM pg_stat_activity WHERE pid = %s", [pid]))


def told(change: Change, event: str) -> list[str]:
    return [str(line["how"]) for line in change.events() if line["event"] == event]


def test_a_statement_is_cancelled(orders: Database, tmp_path: Path) -> None:
    change = adding(orders, tmp_path, {**REPORT, "state": "active", "olderThanSeconds": 1})
    ended: list[str] = []
    with report(orders) as session:

        def work() -> None:
            try:
                session.execute("SELECT pg_sleep(60)")
            except psycopg.errors.QueryCanceled:
                ended.append("cancelled")
                session.execute("ROLLBACK")

        working = threading.Thread(target=work, daemon=True)
        working.start()
        assert change.run("apply", "add").outcome == "Done"
        working.join(10)
        assert ended == ["cancelled"]
        assert alive(orders, session.info.backend_pid)
    assert told(change, "blocker_ended") == ["cancelled"]
    (line,) = [line for line in change.events() if line["event"] == "blocker_ended"]
    assert "user report (nightly)" in line["blocker"]
    (notice,) = change.notices()
    assert (notice["reason"], notice["step"]) == ("BlockerEnded", "add")
    assert "user report (nightly)" in notice["message"] and "was cancelled" in notice["message"]
    assert "applicationName: nightly, state: active, olderThanSeconds: 1" in notice["message"]


def test_an_idle_session_is_cancelled_and_then_terminated(orders: Database, tmp_path: Path) -> None:
    change = adding(orders, tmp_path, {"user": "report", "action": "Terminate"})
    session = report(orders)
    pid = session.info.backend_pid
    assert change.run("apply", "add").outcome == "Done"
    assert told(change, "blocker_ended") == ["cancelled", "terminated"]
    assert not alive(orders, pid)
    session.close()


def test_a_login_that_may_not_is_told_so(orders: Database, tmp_path: Path) -> None:
    orders.superuser.execute("REVOKE pg_signal_backend FROM operator_login")
    change = adding(orders, tmp_path, REPORT, seconds=3)
    with report(orders):
        assert change.run("apply", "add").reason == "WaitingForLock"
    (line,) = [line for line in change.events() if line["event"] == "blocker_not_ended"]
    assert "GRANT pg_signal_backend" in line["why"]
    assert [notice["reason"] for notice in change.notices()] == ["BlockerNotEnded"]


SPARED: list[tuple[str, dict[str, Any]]] = [
    ("no rule", {}),
    ("another name", {"applicationName": "other", "action": "Terminate"}),
    ("too young", {**REPORT, "olderThanSeconds": 3600, "action": "Terminate"}),
    ("another state", {**REPORT, "state": "active", "action": "Terminate"}),
]


@pytest.mark.parametrize("rule", [rule for _, rule in SPARED], ids=[name for name, _ in SPARED])
def test_who_is_not_named_is_spared(orders: Database, tmp_path: Path, rule: dict[str, Any]) -> None:
    change = adding(orders, tmp_path, *([rule] if rule else []), seconds=4)
    with report(orders) as session:
        assert change.run("apply", "add").reason == "WaitingForLock"
        assert alive(orders, session.info.backend_pid)
    assert not told(change, "blocker_ended") + told(change, "blocker_not_ended")


def test_a_session_of_our_own_is_spared(orders: Database, tmp_path: Path) -> None:
    change = adding(orders, tmp_path, {"user": "operator_login", "action": "Terminate"}, seconds=4)
    with orders.session("another runner") as session:
        session.execute("BEGIN")
        session.execute("SET LOCAL ROLE app_owner")
        session.execute("SELECT FROM public.orders")
        assert change.run("apply", "add").reason == "WaitingForLock"
        assert session.execute("SELECT 1").fetchone()
        session.execute("ROLLBACK")
    assert not told(change, "blocker_ended") + told(change, "blocker_not_ended")


def test_replication_is_spared(orders: Database, tmp_path: Path) -> None:
    change = adding(orders, tmp_path, {"user": "postgres", "action": "Terminate"}, seconds=20)
    url = orders.server.url(orders.connection.database)
    with psycopg.connect(url, autocommit=True, replication="database", application_name="standby") as sender:
        # The replication protocol takes simple queries only.
        for statement in (b"BEGIN", b"SELECT FROM orders"):
            assert not sender.pgconn.exec_(statement).error_message
        assert orders.query("SELECT FROM pg_stat_activity WHERE backend_type = 'walsender' AND application_name = 'standby'")
        answer = change.run("apply", "add")
        assert answer.reason == "WaitingForLock"
        assert "walsender" in answer.message
        assert not sender.pgconn.exec_(b"SELECT 1").error_message
        sender.pgconn.exec_(b"ROLLBACK")
    assert not told(change, "blocker_ended") + told(change, "blocker_not_ended")


@pytest.fixture(scope="module")
def odd_server(server: Server) -> Iterator[Server]:
    """A server with prepared transactions, whose autovacuum looks every second."""
    settings = {
        "max_prepared_transactions": "5",
        "autovacuum_naptime": "1s",
        "autovacuum_freeze_max_age": "100000",
    }
    with server_with_roles(server.major, settings=settings) as started:
        yield started


@pytest.fixture
def odd(odd_server: Server) -> Iterator[Database]:
    with fresh_database(odd_server) as fresh:
        yield prepared(fresh)


def test_a_prepared_transaction_is_spared_and_told(odd: Database, tmp_path: Path) -> None:
    rule = {"user": "postgres", "action": "Terminate"}
    change = adding(odd, tmp_path, rule, seconds=4)
    odd.superuser.execute("BEGIN; UPDATE orders SET note = 'y'; PREPARE TRANSACTION 'forgotten'")
    answer = change.run("apply", "add")
    assert answer.reason == "WaitingForLock"
    assert "a prepared transaction" in answer.message
    odd.superuser.execute("ROLLBACK PREPARED 'forgotten'")
    assert not told(change, "blocker_ended") + told(change, "blocker_not_ended")
    assert change.run("apply", "add", attempt=2).outcome == "Done"


VACUUM = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'autovacuum worker' AND query LIKE 'autovacuum: VACUUM %public.orders%'"
BURN = """
DO $$BEGIN
  FOR n IN 1..110000 LOOP
    BEGIN INSERT INTO burnt VALUES (n); EXCEPTION WHEN division_by_zero THEN NULL; END;
  END LOOP;
END$$"""


def filled(database: Database, **parameters: object) -> None:
    """Pages that vacuum is busy with for minutes."""
    slow = {"autovacuum_vacuum_cost_delay": 100, "autovacuum_vacuum_cost_limit": 1, **parameters}
    options = ", ".join(f"{name} = {value}" for name, value in slow.items())
    database.as_owner(f"ALTER TABLE orders SET ({options})")
    database.as_owner("INSERT INTO orders SELECT n, repeat('x', 500) FROM generate_series(100, 20000) n")


def test_autovacuum_gives_way_to_us_of_itself(odd: Database, tmp_path: Path) -> None:
    filled(odd)
    change = adding(odd, tmp_path)
    odd.as_owner("DELETE FROM orders WHERE id % 2 = 0")
    wait_for(odd, VACUUM)
    begin = time.monotonic()
    assert change.run("apply", "add").outcome == "Done"
    assert time.monotonic() - begin < 10
    assert any("autovacuum worker" in one["blockedBy"] for one in change.told())


def test_a_vacuum_against_wraparound_is_spared(odd: Database, tmp_path: Path) -> None:
    filled(odd, autovacuum_enabled=False)
    change = adding(odd, tmp_path, {"user": "postgres", "action": "Terminate"}, seconds=6)
    odd.as_owner("CREATE TABLE burnt (n int)")
    odd.superuser.execute(BURN)
    wait_for(odd, f"{VACUUM} AND query LIKE '%to prevent wraparound%'")
    (worker,) = odd.query(VACUUM)
    answer = change.run("apply", "add")
    assert (answer.outcome, answer.reason) == ("Retry", "WaitingForLock")
    assert "wraparound" in answer.message
    assert odd.query(VACUUM) == [worker]
    assert not told(change, "blocker_ended") + told(change, "blocker_not_ended")
