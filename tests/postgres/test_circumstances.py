"""What else goes on at the target when a plan is made, seen on real servers."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from postgres.support.database import Database, create_roles, fresh_database
from schemachange_operator.core.circumstances import disk_room
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.plan import Circumstance, TableSize
from schemachange_operator.postgres import circumstances
from schemachange_operator.postgres.circumstances import read_circumstances
from testcluster.servers import PASSWORD, Server
from testcluster.shell import wait_until

RELATIONS = ("public.orders", "public.notes")


@pytest.fixture
def shop(database: Database) -> Database:
    database.as_owner("CREATE TABLE orders (id int PRIMARY KEY); CREATE TABLE notes (id int)")
    return database


def read(database: Database, about: str) -> list[Circumstance]:
    with database.session(read_only=True) as session:
        return [one for one in read_circumstances(session, RELATIONS) if one.about == about]


@contextmanager
def monitoring(database: Database) -> Iterator[None]:
    database.superuser.execute("GRANT pg_monitor TO operator_login")
    try:
        yield
    finally:
        database.superuser.execute("REVOKE pg_monitor FROM operator_login")


def test_an_idle_transaction_is_named_without_its_query(shop: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circumstances, "LONG_SECONDS", 0.0)
    with shop.another_superuser() as other, monitoring(shop):
        other.execute("BEGIN")
        other.execute("SELECT 'secret' FROM orders")
        (found,) = [one for one in read(shop, "LongTransaction") if "does nothing" in one.sentence]
        other.execute("ROLLBACK")
    assert found.warns and "postgres (somebody" in found.sentence and "secret" not in found.sentence
    monkeypatch.setattr(circumstances, "LONG_SECONDS", 3600.0)
    with monitoring(shop):
        assert read(shop, "LongTransaction") == []


def test_what_a_login_may_not_see_is_said_to_be_hidden(shop: Database) -> None:
    (found,) = read(shop, "LongTransaction")
    assert not found.warns and "hidden" in found.sentence and "pg_monitor" in found.sentence


def test_publications_that_carry_a_touched_table(shop: Database) -> None:
    assert read(shop, "Publication") == []
    shop.superuser.execute("CREATE PUBLICATION sales FOR TABLE orders")
    (found,) = read(shop, "Publication")
    assert "sales carries public.orders" in found.sentence


def test_activity_and_a_vacuum_at_work(shop: Database) -> None:
    shop.as_owner("INSERT INTO orders SELECT generate_series(1, 10)")
    with shop.another_superuser() as other, other.transaction():
        other.execute("LOCK TABLE notes IN SHARE UPDATE EXCLUSIVE MODE")
        found = read(shop, "Activity")
    assert sum("rows written since" in one.sentence for one in found) == len(RELATIONS)
    (busy,) = [one for one in found if one.warns]
    assert busy.sentence.startswith("public.notes is being vacuumed")


def test_a_slot_that_nobody_reads_and_a_prepared_transaction(server: Server) -> None:
    with Server(server.major, settings={"wal_level": "logical", "max_prepared_transactions": "2"}) as spare:
        create_roles(spare)
        with fresh_database(spare) as database:
            database.superuser.execute("SELECT pg_create_logical_replication_slot('left_behind', 'pgoutput')")
            database.superuser.execute("BEGIN; CREATE TABLE x (); PREPARE TRANSACTION 'xid'")
            (slot,) = read(database, "Replica")
            (prepared,) = read(database, "PreparedTransaction")
            database.superuser.execute("ROLLBACK PREPARED 'xid'")
            database.superuser.execute("SELECT pg_drop_replication_slot('left_behind')")
    assert "logical replication slot left_behind" in slot.sentence and not slot.warns
    assert prepared.warns and "postgres" in prepared.sentence


def test_a_subscription_and_the_replica_that_it_is(spare_server: Server) -> None:
    create_roles_once(spare_server)
    with fresh_database(spare_server) as source, fresh_database(spare_server) as target:
        for database in (source, target):
            database.as_owner("CREATE TABLE orders (id int PRIMARY KEY)")
        source.superuser.execute("CREATE PUBLICATION sales FOR TABLE orders")
        source.superuser.execute("SELECT pg_create_logical_replication_slot('sales_copy', 'pgoutput')")
        target.superuser.execute(
            f"CREATE SUBSCRIPTION sales_copy CONNECTION '{spare_server.url(source.connection.database)}'"
            " PUBLICATION sales WITH (create_slot = false, copy_data = false)"
        )
        try:
            with monitoring(source):
                assert wait_until(lambda: any("behind" in one.sentence for one in read(source, "Replica")), 20)
            (hidden,) = read(source, "Replica")
            (found,) = read(target, "Subscription")
        finally:
            target.superuser.execute("DROP SUBSCRIPTION sales_copy")
    assert "sales_copy" in hidden.sentence and "hidden" in hidden.sentence
    assert found.warns and "fills public.orders" in found.sentence and PASSWORD not in found.sentence


def create_roles_once(server: Server) -> None:
    with psycopg.connect(server.url(), autocommit=True) as session:
        if not session.execute("SELECT FROM pg_roles WHERE rolname = 'app_owner'").fetchone():
            create_roles(server)


def test_sessions_that_a_pooler_cleaned(shop: Database) -> None:
    with shop.another_superuser() as other, monitoring(shop):
        other.execute("DISCARD ALL")
        (found,) = read(shop, "Pooler")
    assert found.sentence.startswith("1 idle sessions of postgres were cleaned by a pooler")
    assert read(shop, "Pooler") == []


def test_what_a_rewrite_needs_is_said_and_what_cannot_be_known() -> None:
    finding = Finding(rule="change-column-type", severity="Warn", step="one", relation="public.orders", message="x")
    sizes = [
        TableSize(relation="public.orders", rows=1, bytes=5 * 2**30),
        TableSize(relation="public.notes", rows=1, bytes=9),
    ]
    (found,) = disk_room([finding], sizes, frozenset({"change-column-type"}))
    assert "public.orders" in found.sentence and "5 GB" in found.sentence and "cannot be asked over SQL" in found.sentence
    assert list(disk_room([finding], sizes, frozenset())) == []
