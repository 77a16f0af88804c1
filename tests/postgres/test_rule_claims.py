"""What rules claim beyond their examples' locks, against servers."""

import psycopg
import pytest

from postgres.support.database import Database

LOCKED = (
    "SELECT relation::regclass::text AS name FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'AccessExclusiveLock'"
)


def test_publish_without_key_makes_updates_fail(database: Database) -> None:
    database.as_owner(
        "CREATE TABLE letters (n int); INSERT INTO letters VALUES (1); CREATE PUBLICATION news FOR TABLE letters"
    )
    database.as_owner("INSERT INTO letters VALUES (2)")
    for write in ("UPDATE letters SET n = 3", "DELETE FROM letters"):
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="replica identity"):
            database.as_owner(write)
    database.as_owner("ALTER TABLE letters REPLICA IDENTITY FULL; UPDATE letters SET n = 3")


def test_change_key_type_locks_both_tables(database: Database) -> None:
    database.as_owner("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a)")
    with database.superuser.transaction():
        database.superuser.execute("ALTER TABLE a ALTER id TYPE bigint")
        locked = {row["name"] for row in database.query(LOCKED)}
    assert {"a", "b"} <= locked


def test_drop_type_is_refused_while_a_column_has_it(database: Database) -> None:
    database.as_owner("CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE a (m mood)")
    with pytest.raises(psycopg.errors.DependentObjectsStillExist):
        database.as_owner("DROP TYPE mood")


def test_drop_function_is_not_refused_for_callers_in_bodies(database: Database) -> None:
    database.as_owner(
        "CREATE FUNCTION inner_one() RETURNS int LANGUAGE sql AS 'SELECT 1';"
        "CREATE FUNCTION outer_one() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN inner_one(); END'; DROP FUNCTION inner_one()"
    )
    with pytest.raises(psycopg.errors.UndefinedFunction):
        database.as_owner("SELECT outer_one()")
