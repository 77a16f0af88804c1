"""What goes on at the target directly before a step: transactions, replicas, disk, slots."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from postgres.support.change import Change, steps
from postgres.support.database import Database, create_roles, fresh_database, make_database
from postgres.support.own_server import server_with_roles
from postgres.support.standby import Standby
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.core import circumstances as words
from schemachange_operator.core.errors import TryLater
from schemachange_operator.core.plan import Effect, PlannedStatement, PlannedStep
from schemachange_operator.core.sql.statement import read_statements
from schemachange_operator.postgres.checks import About, disk, look, transactions
from testcluster.servers import Server

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, note text); INSERT INTO orders SELECT n, repeat('x', 100) FROM generate_series(1, 5000) n"
ADD = {
    "name": "add",
    "sql": "ALTER TABLE orders ADD COLUMN currency text",
    "undo": {"sql": "ALTER TABLE orders DROP COLUMN currency"},
}
FILL = {"name": "fill", "backfill": {"table": "orders", "set": {"currency": "'EUR'"}, "where": "currency IS NULL"}}
WIDEN = "ALTER TABLE orders ALTER COLUMN id TYPE numeric"


@pytest.fixture
def orders(database: Database) -> Database:
    database.as_owner(ORDERS)
    return database


@pytest.fixture(scope="module")
def odd_server(server: Server) -> Iterator[Server]:
    """One that has prepared transactions and replication slots."""
    with server_with_roles(server.major, settings={"wal_level": "logical", "max_prepared_transactions": "4"}) as started:
        yield started


@pytest.fixture
def odd_orders(odd_server: Server) -> Iterator[Database]:
    with fresh_database(odd_server) as database:
        database.as_owner(ORDERS)
        yield database


def planned(sql: str, lock: str = "AccessExclusive", *, rewrites: bool = False) -> PlannedStep:
    """A step of one statement, as a plan would have foretold it."""
    (statement,) = read_statements(sql)
    effect = Effect(relation="public.orders", lock=lock, rewrites=rewrites)
    foretold = PlannedStatement(
        number=1,
        kind=statement.kind,
        text=sql,
        transactional=statement.transactional,
        destructive=False,
        predicted_lock=lock,
        effects=(effect,),
    )
    return PlannedStep(name="a", kind="Transaction", statements=(foretold,))


def told(database: Database, step: PlannedStep | None = None, **others: Any) -> tuple[str, ...]:
    about = About("Step a", (), ("public.orders",), database.migration_role, step, **others)
    with database.session() as session:
        return look(session, about)


@contextmanager
def prepared(database: Database, statement: str) -> Iterator[None]:
    with database.another_superuser() as session:
        session.execute("BEGIN")
        session.execute(statement)
        session.execute("PREPARE TRANSACTION 'left behind'")
    try:
        yield
    finally:
        database.superuser.execute("ROLLBACK PREPARED 'left behind'")


READ, WRITE = "SELECT FROM orders LIMIT 1", "UPDATE orders SET note = 'y' WHERE id = 1"
IN_THE_WAY = [
    (READ, "ALTER TABLE orders ADD COLUMN a int", "AccessExclusive"),
    (WRITE, "CREATE INDEX ON orders (note)", "Share"),
    (WRITE, "CREATE INDEX CONCURRENTLY orders_note ON orders (note)", "ShareUpdateExclusive"),
    (READ, "DROP INDEX CONCURRENTLY orders_note", "ShareUpdateExclusive"),
]
BESIDE = [
    (READ, "CREATE INDEX ON orders (note)", "Share"),
    (READ, "CREATE INDEX CONCURRENTLY orders_note ON orders (note)", "ShareUpdateExclusive"),
    (WRITE, "ALTER TABLE orders VALIDATE CONSTRAINT c", "ShareUpdateExclusive"),
]


@pytest.mark.parametrize(("held", "wanted", "lock"), IN_THE_WAY)
def test_a_prepared_transaction_in_the_way_is_not_run_into(odd_orders: Database, held: str, wanted: str, lock: str) -> None:
    step = planned(wanted, lock)
    with prepared(odd_orders, held), pytest.raises(TryLater, match="left behind") as raised:
        told(odd_orders, step)
    assert raised.value.reason == "WaitingForLock"
    assert "ROLLBACK PREPARED" in raised.value.message
    assert told(odd_orders, step) == ()


@pytest.mark.parametrize(("held", "wanted", "lock"), BESIDE)
def test_a_prepared_transaction_beside_is_told(odd_orders: Database, held: str, wanted: str, lock: str) -> None:
    with prepared(odd_orders, held):
        sentences = told(odd_orders, planned(wanted, lock))
    assert [sentence.split(" has been")[0] for sentence in sentences] == [
        "The prepared transaction left behind of postgres",
    ]


@pytest.mark.parametrize(("held", "wanted", "lock"), IN_THE_WAY + BESIDE)
def test_what_is_said_to_be_in_the_way_is(odd_orders: Database, held: str, wanted: str, lock: str) -> None:
    """The server itself is asked: the statement waits, or does not, behind the same transaction while it is open."""
    odd_orders.as_owner("ALTER TABLE orders ADD CONSTRAINT c CHECK (id > 0) NOT VALID")
    if wanted.startswith("DROP"):
        odd_orders.as_owner("CREATE INDEX orders_note ON orders (note)")
    waits = (held, wanted, lock) in IN_THE_WAY
    with prepared(odd_orders, held), odd_orders.another_superuser() as session:
        session.execute("SET lock_timeout = '300ms'")
        try:
            session.execute(wanted)
            waited = False
        except psycopg.errors.LockNotAvailable:
            waited = True
    assert waited == waits


def test_a_prepared_transaction_is_known_after_a_restart_too(server: Server) -> None:
    with Server(server.major, settings={"max_prepared_transactions": "4"}) as spare:
        create_roles(spare)
        database = make_database(spare)
        database.as_owner(ORDERS)
        database.superuser.execute("BEGIN")
        database.superuser.execute(WRITE)
        database.superuser.execute("PREPARE TRANSACTION 'left behind'")
        database.superuser.close()
        spare.restart()
        (sentence,) = told(database)
    assert sentence.startswith("The prepared transaction left behind of postgres")


def test_a_long_transaction_on_the_table_is_told_and_one_elsewhere_is_not(
    orders: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "LONG_SECONDS", 0.0)
    orders.as_owner("CREATE TABLE elsewhere (id int)")
    orders.superuser.execute("GRANT pg_read_all_stats TO operator_login")
    try:
        with orders.another_superuser() as here, orders.another_superuser() as there:
            for session, table in ((here, "orders"), (there, "elsewhere")):
                session.execute("BEGIN")
                session.execute(f"SELECT 'secret' FROM {table}")
            (sentence,) = told(orders)
            assert f"process {here.info.backend_pid}" in sentence and "holds AccessShare on public.orders" in sentence
            assert "secret" not in sentence
            monkeypatch.setattr(transactions, "LONG_SECONDS", 3600.0)
            assert told(orders) == ()
            for session in (here, there):
                session.execute("ROLLBACK")
    finally:
        orders.superuser.execute("REVOKE pg_read_all_stats FROM operator_login")


def test_a_rewrite_that_does_not_fit_waits(orders: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    rewrite, plain = planned(WIDEN, rewrites=True), planned(WIDEN)
    with pytest.raises(TryLater, match="orders is written anew") as raised:
        told(orders, rewrite, disk_mebibytes=1)
    assert raised.value.reason == "DiskTooSmall"
    bytes_of_table = orders.value("SELECT pg_total_relation_size('orders')")
    assert f"({2 * bytes_of_table} bytes)" in raised.value.message and "(0 bytes) are free" in raised.value.message
    assert told(orders, rewrite, disk_mebibytes=1_000_000) == ()
    assert told(orders, plain, disk_mebibytes=1) == ()
    assert told(orders, rewrite) == ()
    monkeypatch.setattr(disk, "TOLD_BYTES", 0)
    (sentence,) = told(orders, rewrite)
    assert "is not known" in sentence and "spec.diskMebibytes" in sentence


def test_partitions_are_counted_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "TOLD_BYTES", 0)
    database.as_owner(
        "CREATE TABLE orders (id bigint) PARTITION BY RANGE (id);"
        "CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (1000);"
        "CREATE TABLE orders_2 PARTITION OF orders FOR VALUES FROM (1000) TO (3000);"
        "INSERT INTO orders SELECT generate_series(0, 2999)"
    )
    (statement,) = planned(WIDEN).statements
    names = ("public.orders", "public.orders_1", "public.orders_2")
    effects = tuple(Effect(relation=name, lock="AccessExclusive", rewrites=True) for name in names)
    step = planned(WIDEN).model_copy(update={"statements": (statement.model_copy(update={"effects": effects}),)})
    files = database.value("SELECT pg_total_relation_size('orders_1') + pg_total_relation_size('orders_2')")
    (sentence,) = told(database, step)
    assert files > 0 and f"({2 * files} bytes)" in sentence


def test_an_index_that_is_built_anew_alone_is_counted_alone(orders: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "TOLD_BYTES", 0)
    (statement,) = planned("REINDEX INDEX orders_pkey").statements
    effect = Effect(relation="public.orders_pkey", lock="AccessExclusive", rewrites=True)
    step = planned(WIDEN).model_copy(update={"statements": (statement.model_copy(update={"effects": (effect,)}),)})
    (sentence,) = told(orders, step)
    assert sentence.startswith("public.orders_pkey is written anew")
    assert f"({2 * orders.value('SELECT pg_relation_size($$orders_pkey$$)')} bytes)" in sentence


def test_what_a_rewrite_needs_is_no_less_than_it_takes(orders: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "TOLD_BYTES", 0)
    # From 16 on a file grows by up to 64 pages at a time, which is little of a table that matters.
    orders.as_owner("INSERT INTO orders SELECT n, repeat('x', 100) FROM generate_series(5001, 100000) n")
    (sentence,) = told(orders, planned(WIDEN, rewrites=True))
    said = int(sentence.partition("log (")[2].partition(" bytes")[0])
    start = orders.value("SELECT pg_current_wal_lsn()::text")
    with orders.superuser.transaction():
        orders.superuser.execute("ALTER TABLE orders ALTER COLUMN note TYPE text USING upper(note)")
        new = orders.value("SELECT pg_total_relation_size('orders')")
    log = orders.value(f"SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '{start}')::bigint")
    assert new > 100_000 and said / 2 >= 0.9 * new
    assert log > new / 2, "the log grows by as much as the file, more or less: others may write meanwhile"


def test_the_log_is_part_of_what_is_used_where_the_login_may_see_it(orders: Database) -> None:
    with orders.session() as session:
        hidden, databases = disk._bytes(session, "log"), disk._bytes(session, "databases")
    orders.superuser.execute("GRANT pg_monitor TO operator_login")
    try:
        with orders.session() as session:
            seen = disk._bytes(session, "log")
    finally:
        orders.superuser.execute("REVOKE pg_monitor FROM operator_login")
    assert hidden == 0 and seen >= 16 * 2**20
    assert databases >= orders.value("SELECT pg_database_size(current_database())")


def test_a_slot_that_keeps_much_is_told(odd_orders: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    odd_orders.superuser.execute("SELECT pg_create_logical_replication_slot('left_behind', 'pgoutput')")
    try:
        assert told(odd_orders) == ()
        monkeypatch.setattr(words, "KEPT_BYTES", -1)
        (sentence,) = told(odd_orders)
    finally:
        odd_orders.superuser.execute("SELECT pg_drop_replication_slot('left_behind')")
    assert "logical replication slot left_behind" in sentence


@pytest.fixture
def lagging(server: Server) -> Iterator[tuple[Database, Standby]]:
    """A database whose one standby replays nothing."""
    settings = {"wal_level": "replica", "max_wal_senders": "4", "synchronous_standby_names": ""}
    with Server(server.major, settings=settings) as primary:
        create_roles(primary)
        database = make_database(primary)
        with Standby(primary, settings=settings) as standby:
            database.superuser.execute("GRANT pg_monitor TO operator_login")
            database.as_owner(ORDERS)
            standby.caught_up(database)
            with psycopg.connect(standby.url(), autocommit=True) as session:
                session.execute("SELECT pg_wal_replay_pause()")
            yield database, standby
        database.superuser.close()


LIMITED = SchemaPolicySpec.model_validate(
    {"replication": {"maxLagMebibytes": 1}, "backfill": {"batchSize": 1000, "pause": 0}}
)


def test_nothing_of_a_step_a_backfill_or_a_rollback_is_run_while_a_replica_lags(
    lagging: tuple[Database, Standby], tmp_path: Path
) -> None:
    database, standby = lagging
    change = Change(database, tmp_path, steps(ADD, FILL), policy=LIMITED)

    def lag() -> None:
        database.as_owner("CREATE TABLE much AS SELECT repeat('x', 1000) FROM generate_series(1, 3000); DROP TABLE much")

    def catch_up() -> None:
        with psycopg.connect(standby.url(), autocommit=True) as session:
            session.execute("SELECT pg_wal_replay_resume()")
            standby.caught_up(database)
            session.execute("SELECT pg_wal_replay_pause()")

    def refused(command: str, step: str = "") -> None:
        report = change.run(command, step)
        assert (report.outcome, report.reason) == ("Retry", "ReplicaLags"), report.message
        assert "behind" in report.message and "1 MiB" in report.message

    lag()
    refused("apply", "add")
    assert database.query("SELECT FROM schemachange.change") == []
    catch_up()
    assert change.run("apply", "add").outcome == "Done"
    lag()
    refused("backfill", "fill")
    assert database.value("SELECT count(*) FROM schemachange.step") == 1
    refused("rollback")
    assert change.run("verify").reason == "StepsLost"
    catch_up()
    report = change.run("rollback", abort_reason="test")
    assert (report.outcome, report.proven) == ("Done", True), report.message


def test_without_a_limit_a_lag_is_told_and_a_hidden_one_with_it(lagging: tuple[Database, Standby]) -> None:
    database, _ = lagging
    database.superuser.execute("SELECT pg_switch_wal()")
    database.as_owner("CREATE TABLE much AS SELECT repeat('x', 1000) FROM generate_series(1, 200000)")
    (sentence,) = told(database)
    assert sentence.startswith("Behind: ") and "MB" in sentence
    database.superuser.execute("REVOKE pg_monitor FROM operator_login")
    assert told(database) == ()
    (sentence,) = told(database, policy=LIMITED)
    assert "hidden from this login" in sentence and "GRANT pg_monitor" in sentence
