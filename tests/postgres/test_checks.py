"""What is looked at directly before a step runs: told where it is good to know, refused where it would do harm."""

from pathlib import Path

import psycopg
import pytest

from postgres.support.change import Change, steps
from postgres.support.database import LOGIN, Database
from schemachange_operator.core.errors import Stop, TryLater
from schemachange_operator.core.sql.statement import read_statements
from schemachange_operator.postgres.checks import About, look

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, note text); INSERT INTO orders VALUES (1, 'x')"
ADD = "ALTER TABLE orders ADD COLUMN a int"


@pytest.fixture
def orders(database: Database) -> Database:
    database.as_owner(ORDERS)
    return database


def told(database: Database, sql: str = ADD, relations: tuple[str, ...] = ("public.orders",)) -> tuple[str, ...]:
    with database.session() as session:
        return look(session, About("Step a", read_statements(sql), relations, database.migration_role))


def test_nothing_is_told_where_all_is_well(orders: Database) -> None:
    assert told(orders) == ()
    assert told(orders, relations=("public.orders", "public.not_there_yet")) == ()


def test_a_relation_of_somebody_else_is_named(orders: Database) -> None:
    orders.superuser.execute("CREATE TABLE foreign_orders (id int); CREATE VIEW foreign_view AS SELECT 1 AS one")
    sentences = told(orders, relations=("public.orders", "public.foreign_orders", "public.foreign_view"))
    assert [sentence.split(",")[0] for sentence in sentences] == [
        "public.foreign_orders belongs to postgres",
        "public.foreign_view belongs to postgres",
    ]


def test_invalid_indexes_are_named_with_their_remedy(orders: Database) -> None:
    orders.as_owner("CREATE INDEX orders_note_ccnew ON orders (note)")
    orders.superuser.execute(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_note_ccnew'::regclass"
        " OR indrelid = (SELECT reltoastrelid FROM pg_class WHERE oid = 'orders'::regclass)"
    )
    own, toast = sorted(told(orders), key=lambda sentence: "pg_toast" in sentence)
    assert own.endswith("DROP INDEX CONCURRENTLY public.orders_note_ccnew;")
    assert "As a superuser: DROP INDEX CONCURRENTLY pg_toast." in toast


def test_the_index_of_a_partitioned_table_is_no_debris(database: Database) -> None:
    database.as_owner(
        "CREATE TABLE orders (id bigint) PARTITION BY RANGE (id);"
        "CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (100); CREATE INDEX orders_id ON ONLY orders (id)"
    )
    assert told(database) == ()


def test_what_is_told_stands_in_the_log(orders: Database, tmp_path: Path) -> None:
    orders.as_owner("CREATE INDEX orders_note ON orders (note)")
    orders.superuser.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_note'::regclass")
    change = Change(orders, tmp_path, steps({"name": "a", "sql": ADD}))
    assert change.run("apply", "a").outcome == "Done"
    (notice,) = change.notices()
    assert (notice["reason"], notice["step"]) == ("WorthKnowing", "a")
    assert "public.orders_note of public.orders" in notice["message"]


AVAILABLE = "SELECT name FROM pg_available_extension_versions WHERE superuser AND trusted = %s AND name <> 'plpgsql' LIMIT 1"


def extension(database: Database, *, trusted: bool) -> str:
    rows = database.query(AVAILABLE, [trusted])
    if not rows:
        pytest.skip("this server comes without such an extension")
    name: str = rows[0]["name"]
    return name


def test_an_extension_that_only_a_superuser_may_create_is_told_before(orders: Database, tmp_path: Path) -> None:
    name = extension(orders, trusted=False)
    report = Change(orders, tmp_path, steps({"name": "a", "sql": f'{ADD}; CREATE EXTENSION "{name}"'})).run("apply", "a")
    assert (report.outcome, report.reason, report.steps_done) == ("Failed", "PermissionMissing", ()), report.message
    assert f"CREATE EXTENSION IF NOT EXISTS {name}" in report.message
    orders.superuser.execute(f'CREATE EXTENSION "{name}"')
    assert told(orders, f'CREATE EXTENSION IF NOT EXISTS "{name}"') == ()


def test_a_trusted_extension_asks_for_a_right_on_the_database(orders: Database) -> None:
    name = extension(orders, trusted=True)
    assert told(orders, f'CREATE EXTENSION "{name}"') == ()
    orders.superuser.execute(f"ALTER DATABASE {orders.connection.database} OWNER TO postgres")
    orders.superuser.execute(f"GRANT CREATE ON DATABASE {orders.connection.database} TO {LOGIN}")
    with pytest.raises(Stop, match="needs CREATE on the database") as raised:
        told(orders, f'CREATE EXTENSION "{name}"')
    assert raised.value.reason == "PermissionMissing"


def test_an_extension_that_the_server_does_not_have_is_told_before(orders: Database) -> None:
    with pytest.raises(Stop, match="does not have the extension nowhere") as raised:
        told(orders, "CREATE EXTENSION nowhere")
    assert raised.value.reason == "PermissionMissing"


def test_a_vacuum_that_prevents_wraparound_is_waited_for(orders: Database) -> None:
    """A real autovacuum worker on an old table, slowed down by the table's own cost settings."""
    orders.superuser.execute("INSERT INTO orders SELECT g, repeat('x', 500) FROM generate_series(2, 20000) g")
    # The youngest age that the server lets a table be old at is 100,000 transactions.
    orders.superuser.execute(
        "CREATE PROCEDURE burn() LANGUAGE plpgsql AS $$BEGIN"
        " FOR n IN 1..101000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END$$"
    )
    orders.superuser.execute("SET synchronous_commit = off; SET statement_timeout = 0")
    orders.superuser.execute("CALL burn()")
    # One at a time: `autovacuum_naptime` is a second where it can be.
    orders.superuser.execute("ALTER SYSTEM SET autovacuum_naptime = '1s'")
    orders.superuser.execute("ALTER TABLE orders SET (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)")
    orders.superuser.execute("SELECT pg_reload_conf()")
    try:
        orders.superuser.execute("ALTER TABLE orders SET (autovacuum_freeze_max_age = 100000)")
        worker = (
            "SELECT pid FROM pg_stat_activity WHERE query LIKE 'autovacuum: VACUUM%public.orders (to prevent wraparound)'"
        )
        for _ in range(2000):
            if orders.query(worker):
                break
            orders.query("SELECT pg_sleep(0.02)")
        else:
            raise AssertionError("no autovacuum came")
        with pytest.raises(TryLater, match="prevents wraparound works on public") as raised:
            told(orders)
        assert raised.value.reason == "WaitingForLock"
        assert f"pid {orders.query(worker)[0]['pid']};" in raised.value.message
        assert told(orders, "SELECT 1 FROM orders") == ()
    finally:
        orders.superuser.execute("ALTER SYSTEM RESET autovacuum_naptime")
        orders.superuser.execute("SELECT pg_reload_conf()")
        orders.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'autovacuum: VACUUM%public.orders%'"
        )


def test_the_words_for_a_standby_are_those_of_libpq(orders: Database) -> None:
    orders.superuser.execute(f"ALTER DATABASE {orders.connection.database} SET default_transaction_read_only = on")
    with pytest.raises(TryLater, match="leads to the primary") as raised:
        orders.session()
    assert raised.value.reason == "ServerUnsupported"
    assert isinstance(raised.value.__cause__, psycopg.Error | None)
