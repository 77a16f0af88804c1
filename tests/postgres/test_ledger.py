"""The ledger: made once, by the login alone, out of the migration's reach."""

import psycopg
import pytest
from psycopg import sql

from postgres.support.database import LOGIN, OWNER, Database
from schemachange_operator.core.errors import Stop
from schemachange_operator.postgres import ledger
from schemachange_operator.postgres.advisory import DatabaseLock

TABLES = ("version", "change", "step", "statement", "backfill", "backup")


def test_it_is_made_once(database: Database) -> None:
    with database.session() as session:
        assert ledger.find(session, "shop", "x") is None
        ledger.install(session, OWNER)
        made = database.query("SELECT oid FROM pg_class WHERE relnamespace = 'schemachange'::regnamespace ORDER BY 1")
        ledger.install(session, OWNER)
        assert (
            database.query("SELECT oid FROM pg_class WHERE relnamespace = 'schemachange'::regnamespace ORDER BY 1") == made
        )
        assert ledger.find(session, "shop", "x") is None


def test_every_table_says_what_it_is(database: Database) -> None:
    with database.session() as session:
        ledger.install(session, OWNER)
    for table in TABLES:
        assert database.value("SELECT obj_description(to_regclass(%s))", [f"schemachange.{table}"])


@pytest.mark.parametrize("table", TABLES)
def test_the_migration_role_cannot_even_read_it(database: Database, table: str) -> None:
    with database.session() as session:
        ledger.install(session, OWNER)
        session.execute(f"SET ROLE {OWNER}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(sql.SQL("SELECT FROM {}").format(sql.Identifier("schemachange", table)))


REACHES = [
    f"GRANT INSERT ON schemachange.step TO {OWNER}",
    "GRANT UPDATE ON schemachange.change TO PUBLIC",
    f"ALTER TABLE schemachange.step OWNER TO {OWNER}",
]


@pytest.mark.parametrize("statement", REACHES)
def test_a_ledger_in_the_migrations_reach_is_refused(database: Database, statement: str) -> None:
    with database.session() as session:
        ledger.install(session, OWNER)
        database.superuser.execute(statement)
        with pytest.raises(Stop, match="could write the ledger") as raised:
            ledger.install(session, OWNER)
    assert raised.value.reason == "PermissionMissing"


def test_a_superuser_is_no_migration_role(database: Database) -> None:
    with database.session() as session, pytest.raises(Stop, match="could write the ledger"):
        ledger.install(session, "postgres")


def test_a_schema_that_the_migration_role_has_made_is_not_used(database: Database) -> None:
    database.as_owner("CREATE SCHEMA schemachange")
    with database.session() as session, pytest.raises(Stop) as raised:
        ledger.install(session, OWNER)
    assert raised.value.reason == "PermissionMissing"


def test_a_missing_right_is_named(database: Database) -> None:
    database.superuser.execute(f"REVOKE CREATE ON DATABASE {database.connection.database} FROM {LOGIN}")
    database.superuser.execute(f"ALTER DATABASE {database.connection.database} OWNER TO postgres")
    with database.session() as session, pytest.raises(Stop, match="GRANT CREATE ON DATABASE") as raised:
        ledger.install(session, OWNER)
    assert raised.value.reason == "PermissionMissing"


def test_a_newer_ledger_is_left_alone(database: Database) -> None:
    with database.session() as session:
        ledger.install(session, OWNER)
        database.superuser.execute("INSERT INTO schemachange.version VALUES (99)")
        with pytest.raises(Stop, match="version 99"):
            ledger.install(session, OWNER)


def test_a_lock_that_is_lost_is_noticed(database: Database) -> None:
    with database.session() as session:
        lock = DatabaseLock(session)
        lock.acquire(lambda _: False)
        lock.confirm()
        database.query("SELECT pg_terminate_backend(%s, 5000)", [session.info.backend_pid])
        with pytest.raises(Exception, match="lock was ended"):
            lock.confirm()


def test_orphans_of_this_change_alone_are_ended(database: Database) -> None:
    with database.session("schemachange/aaa/apply/1/x") as orphan, database.session("schemachange/bbb/apply/1/x") as other:
        with database.session("schemachange/aaa/apply/2/x") as session:
            lock = DatabaseLock(session)
            lock.acquire(lambda _: False)
            assert lock.end_orphans("schemachange/aaa/", lambda _: False) == ("schemachange/aaa/apply/1/x",)
        assert other.execute("SELECT 1 AS one").fetchone() == {"one": 1}
        with pytest.raises(psycopg.OperationalError):
            orphan.execute("SELECT 1")
