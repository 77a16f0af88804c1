"""PostgreSQL is shut down at once (or killed) in the middle of each kind of work: the next try goes on, once."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from postgres.support.change import Change, Process, steps
from postgres.support.database import OWNER, Database
from postgres.support.own_server import own_database
from postgres.support.waiting import wait_for
from schemachange_operator.postgres import ledger
from schemachange_operator.postgres.ledger_history import check
from testcluster.servers import Server

ORDERS = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, note text, times int DEFAULT 0);"
    "INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 50) n; CREATE INDEX orders_note ON orders (note)"
)


INVALID = """
SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE NOT indisvalid AND relnamespace <> 'pg_toast'::regnamespace
"""


@dataclass(frozen=True)
class Work:
    """One kind of work: a step, what the server shows in its middle, and how the catalog is when it is done once."""

    step: dict[str, Any]
    middle: str
    proof: str
    rollback: bool = False
    blocked: bool = False
    """Whether a writer keeps it from ending."""


def waiting(statement: str) -> str:
    return f"SELECT FROM pg_stat_activity WHERE query LIKE '{statement}%' AND wait_event_type = 'Lock'"


SLEEPING = (
    "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%orders_sleep%' AND pid <> pg_backend_pid()"
)
WORKS = {
    "transaction": Work(
        {
            "name": "s",
            "sql": "UPDATE orders SET times = times + 1; SELECT pg_sleep(n) AS orders_sleep FROM (SELECT 2) x (n)",
        },
        SLEEPING,
        "SELECT WHERE (SELECT count(*) FROM orders WHERE times = 1) = 50",
    ),
    "backfill": Work(
        {"name": "s", "backfill": {"table": "orders", "set": {"times": "times + 1"}, "where": "times = 0"}},
        "SELECT FROM schemachange.backfill WHERE batches BETWEEN 1 AND 3",
        "SELECT WHERE (SELECT count(*) FROM orders WHERE times = 1) = 50",
    ),
    "create index": Work(
        {"name": "s", "sql": "CREATE INDEX CONCURRENTLY orders_times ON orders (times)"},
        waiting("CREATE INDEX"),
        "SELECT FROM pg_index WHERE indexrelid = 'orders_times'::regclass AND indisvalid",
        blocked=True,
    ),
    "drop index": Work(
        {"name": "s", "sql": "DROP INDEX CONCURRENTLY orders_note"},
        waiting("DROP INDEX"),
        "SELECT WHERE to_regclass('orders_note') IS NULL",
        blocked=True,
    ),
    "reindex": Work(
        {"name": "s", "sql": "REINDEX TABLE CONCURRENTLY orders"},
        waiting("REINDEX"),
        "SELECT WHERE (SELECT count(*) FROM pg_index WHERE indrelid = 'orders'::regclass) = 2",
        blocked=True,
    ),
    "rollback": Work(
        {
            "name": "s",
            "sql": "ALTER TABLE orders ADD COLUMN a int",
            "undo": {"sql": "ALTER TABLE orders DROP COLUMN a; SELECT pg_sleep(2) AS orders_sleep"},
        },
        SLEEPING,
        "SELECT WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'a')",
        rollback=True,
    ),
}


@pytest.fixture
def own(server: Server) -> Iterator[Database]:
    """A database on a server of this test's own."""
    with own_database(server.major, ORDERS) as database:
        yield database


def again(database: Database) -> Database:
    """Start the server again; the superuser's session is a new one."""
    database.server.start()
    url = database.server.url(database.connection.database)
    return replace(database, superuser=psycopg.connect(url, autocommit=True, row_factory=dict_row))


def cut_off(work: Work, change: Change, how: str) -> None:
    database = change.database
    command = "rollback" if work.rollback else "backfill" if "backfill" in work.step else "apply"
    if work.rollback:
        change.apply_all()
    with closing(database.another_superuser()) as writer:
        if work.blocked:
            writer.execute("BEGIN")
            writer.execute("UPDATE orders SET note = 'y' WHERE id = 1")
        if command == "backfill":
            with database.session() as session:
                ledger.install(session, OWNER)
            database.superuser.execute(
                "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END$$;"
                "CREATE TRIGGER slow BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION slow()"
            )
            change.__post_init__()
        process: Process = change.start(command, "" if work.rollback else "s")
        wait_for(database, work.middle)
        database.superuser.close()
        {"immediate": database.server.stop_at_once, "killed": database.server.kill}[how]()
    report = process.report()
    assert (report.outcome, report.reason) == ("Retry", "DatabaseUnreachable"), report.message


@pytest.mark.parametrize("how", ["immediate", "killed"])
@pytest.mark.parametrize("kind", WORKS)
def test_the_next_try_goes_on(own: Database, tmp_path: Path, kind: str, how: str) -> None:
    work = WORKS[kind]
    change = Change(own, tmp_path, steps(work.step))
    cut_off(work, change, how)
    database = again(own)
    change.database = database
    with closing(database.superuser):
        command = "rollback" if work.rollback else "backfill" if "backfill" in work.step else "apply"
        report = change.run(command, "" if work.rollback else "s", attempt=2)
        assert report.outcome == "Done", report.message
        assert database.query(work.proof)
        assert database.query(INVALID) == []
        if kind == "reindex":
            # A TOAST table's own index can only be dropped by a superuser: it is told how.
            told = [notice["message"] for notice in change.notices()]
            assert any("As a superuser: DROP INDEX CONCURRENTLY pg_toast." in message for message in told)
        with database.session() as session:
            assert check(session) == ()
