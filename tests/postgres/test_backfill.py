"""Filling rows: every row once, beside a writing application, whatever is killed."""

import threading
from pathlib import Path
from typing import Any

import pytest

from postgres.support.change import Change, steps
from postgres.support.database import Database
from postgres.support.waiting import wait_for
from schemachange_operator.api.migration import Backfill
from schemachange_operator.core.errors import Stop
from schemachange_operator.postgres.backfill import run_batches

ORDERS = """
CREATE TABLE orders (id bigint PRIMARY KEY, currency text, times int NOT NULL DEFAULT 0);
INSERT INTO orders SELECT n FROM generate_series(1, 1000) n;
CREATE FUNCTION count_times() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
  IF NEW.currency IS DISTINCT FROM OLD.currency THEN NEW.times := OLD.times + 1; END IF; RETURN NEW; END$$;
CREATE TRIGGER count_times BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION count_times();
"""
TRIGGER = """
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.currency := coalesce(NEW.currency, 'NEW'); RETURN NEW; END$$;
CREATE TRIGGER fill BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION fill()"""
FILL: dict[str, Any] = {
    "table": "orders",
    "set": {"currency": "'EUR'"},
    "where": "currency IS NULL",
    "batchSize": 30,
    "pause": 0,
}


@pytest.fixture
def orders(database: Database) -> Database:
    database.as_owner(ORDERS)
    return database


def filling(database: Database, root: Path, **members: Any) -> Change:
    return Change(database, root, steps({"name": "fill", "backfill": {**FILL, **members}}))


def all_once(database: Database) -> bool:
    return database.query("SELECT DISTINCT times, currency FROM orders WHERE id <= 1000") == [
        {"times": 1, "currency": "EUR"}
    ]


def test_every_row_is_filled_once(orders: Database, tmp_path: Path) -> None:
    change = filling(orders, tmp_path)
    report = change.run("backfill", "fill")
    assert (report.outcome, report.reason, report.steps_done) == ("Done", "StepDone", ("fill",)), report.message
    assert all_once(orders)
    (row,) = orders.query("SELECT * FROM schemachange.backfill")
    assert (row["rows_done"], row["rows_passed"], row["batches"], row["done"]) == (1000, 1000, 34, True)
    assert row["upper_key"] == ["1000"]
    progress = change.told()
    assert progress
    assert "rows gone by" in progress[-1]["text"]
    assert change.run("backfill", "fill", attempt=2).already_done
    assert change.run("verify").outcome == "Done"


def test_without_a_where_every_row_is_written_once(orders: Database, tmp_path: Path) -> None:
    change = filling(orders, tmp_path, where=None, set={"times": "times + 5"})
    change.run("backfill", "fill")
    assert orders.query("SELECT DISTINCT times FROM orders") == [{"times": 5}]


KEYS = [
    ('a int, b text COLLATE "C", PRIMARY KEY (b, a)', "n % 7, 'k' || (n / 7)"),
    ("k uuid PRIMARY KEY", "md5(n::text)::uuid"),
    ("k timestamptz PRIMARY KEY", "'2026-01-01 00:00:00.000001+00'::timestamptz + n * interval '1.000003 s'"),
    ("k numeric PRIMARY KEY", "n / 3.0"),
    ("k double precision PRIMARY KEY", "n / 3.0::float8"),
    ("k bytea PRIMARY KEY", "decode(md5(n::text), 'hex')"),
    ("k char(10) PRIMARY KEY", "'''\\ ' || n"),
    ("k interval PRIMARY KEY", "n * interval '1 hour -3 days'"),
    ('"Strange; ""key""" varchar(20) PRIMARY KEY', "'%s {} ' || n"),
    ("k mood PRIMARY KEY", "(ARRAY['sad','ok']::mood[])[n]"),
    ("k int4range PRIMARY KEY", "int4range(n::int, n::int + 5)"),
    ('k text COLLATE "ucs_basic" PRIMARY KEY', "(ARRAY['a','A','ä','z','Z'])[1 + n % 5] || n / 5"),
    ("a int, b uuid NOT NULL, c numeric NOT NULL, UNIQUE (c, b)", "n, md5(n::text)::uuid, n % 3"),
    ("k bigint NOT NULL UNIQUE, other text UNIQUE", "-n, NULL"),
    ("k name, at date, PRIMARY KEY (k, at)) PARTITION BY HASH (k", "n::text::name, '2026-01-01'::date + n::int"),
]


@pytest.mark.parametrize(("definition", "value"), KEYS)
def test_any_key_will_do(database: Database, definition: str, value: str) -> None:
    database.as_owner("CREATE TYPE mood AS ENUM ('sad', 'ok')")
    before, _, after = definition.partition(") PARTITION")
    partitioned = f") PARTITION{after}" if after else ""
    database.as_owner(f"CREATE TABLE keyed (filled int NOT NULL DEFAULT 0, {before}{partitioned})")
    if partitioned:
        database.as_owner("CREATE TABLE keyed_0 PARTITION OF keyed FOR VALUES WITH (MODULUS 2, REMAINDER 0)")
        database.as_owner("CREATE TABLE keyed_1 PARTITION OF keyed FOR VALUES WITH (MODULUS 2, REMAINDER 1)")
    rows = 2 if "mood" in definition else 100
    database.as_owner(f"INSERT INTO keyed SELECT 0, {value} FROM generate_series(1, {rows}) n")
    backfill = Backfill(table="keyed", set={"filled": "filled + 1"})
    with database.session() as session:
        session.execute("SET ROLE app_owner; SET search_path TO public")
        assert run_batches(session, backfill, 7) == rows
    assert database.query("SELECT DISTINCT filled FROM keyed") == [{"filled": 1}]


REFUSED = [
    ("CREATE TABLE t (a int)", {"a": "1"}, "no primary key"),
    ("CREATE TABLE t (a int PRIMARY KEY)", {"a": "a + 1"}, "of the key of t"),
    ("CREATE TABLE t (a int, b int UNIQUE)", {"a": "1"}, "no primary key, nor a unique index"),
    ("CREATE TABLE t (a int, b int NOT NULL); CREATE UNIQUE INDEX ON t (b) WHERE b > 5", {"a": "1"}, "no primary key"),
    ("CREATE TABLE t (a int, b int NOT NULL); CREATE UNIQUE INDEX ON t ((b + 1))", {"a": "1"}, "no primary key"),
    ('CREATE TABLE t (a int, b text NOT NULL); CREATE UNIQUE INDEX ON t (b COLLATE "POSIX")', {"a": "1"}, "no primary key"),
    ("CREATE TABLE t (a int, b int NOT NULL UNIQUE DEFERRABLE)", {"a": "1"}, "no primary key"),
    ("SELECT 1", {"a": "1"}, "There is no table t"),
]


@pytest.mark.parametrize(("sql", "assignments", "words"), REFUSED)
def test_tables_that_cannot_be_filled_are_refused(
    database: Database, tmp_path: Path, sql: str, assignments: dict[str, str], words: str
) -> None:
    database.as_owner(sql)
    change = Change(
        database, tmp_path, steps({"name": "fill", "backfill": {"table": "t", "set": assignments}}), relations=()
    )
    report = change.run("backfill", "fill")
    assert (report.outcome, report.reason) == ("Failed", "BackfillFailed")
    assert words in report.message
    assert database.query("SELECT FROM schemachange.change") == []


def test_a_where_with_a_subquery_on_the_table_itself(orders: Database, tmp_path: Path) -> None:
    change = filling(orders, tmp_path, where="orders.id IN (SELECT o.id FROM orders o WHERE o.currency IS NULL)")
    assert change.run("backfill", "fill").outcome == "Done"
    assert all_once(orders)


def test_inserts_beyond_the_bound_without_a_trigger_are_said(orders: Database, tmp_path: Path) -> None:
    change = filling(orders, tmp_path)
    original = change.log.write

    def write(text: str) -> int:
        if '"progress"' in text:
            orders.as_owner("INSERT INTO orders SELECT max(id) + 1 FROM orders")
        return original(text)

    change.log.write = write  # type: ignore[method-assign]
    report = change.run("backfill", "fill")
    assert (report.outcome, report.reason) == ("Failed", "BackfillFailed")
    assert "A trigger or a default that fills new rows" in report.message
    assert all_once(orders)


def test_rows_that_others_hold_come_in_a_second_pass(orders: Database, tmp_path: Path) -> None:
    change = filling(orders, tmp_path)
    original = change.log.write
    with orders.another_superuser() as holder:
        holder.execute("BEGIN")
        holder.execute("SELECT FROM orders WHERE id IN (100, 500) FOR UPDATE")

        def write(text: str) -> int:
            if '"lock_not_available"' in text:
                holder.execute("ROLLBACK")
            return original(text)

        change.log.write = write  # type: ignore[method-assign]
        assert change.run("backfill", "fill").outcome == "Done"
    assert all_once(orders)
    assert orders.value("SELECT pass FROM schemachange.backfill") == 2


def test_rows_that_others_hold_for_ever_are_tried_later(orders: Database, tmp_path: Path) -> None:
    change = filling(orders, tmp_path)
    with orders.another_superuser() as holder:
        holder.execute("BEGIN")
        holder.execute("SELECT FROM orders WHERE id = 100 FOR UPDATE")
        report = change.run("backfill", "fill")
        holder.execute("ROLLBACK")
    assert (report.outcome, report.reason) == ("Retry", "WaitingForLock")
    assert change.run("backfill", "fill", attempt=2).outcome == "Done"
    assert all_once(orders)


class Writer:
    """An application that writes all the time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self.written = 0

    def __enter__(self) -> "Writer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _write(self) -> None:
        with self._database.another_superuser() as session:
            session.execute("SET lock_timeout TO '5s'")
            while not self._ended.is_set():
                self.written += 1
                session.execute("INSERT INTO orders (id) SELECT max(id) + 1 FROM orders")
                session.execute("UPDATE orders SET times = times WHERE id = 1 + %s %% 1000", [self.written * 37])
                session.execute("DELETE FROM orders WHERE id = 1000 + %s", [self.written // 2])


def test_killed_again_and_again_beside_a_writer_every_row_is_filled_once(orders: Database, tmp_path: Path) -> None:
    orders.as_owner(TRIGGER)
    change = filling(orders, tmp_path, batchSize=10, pause=5)
    kills = 0
    with Writer(orders) as writer:
        for attempt in range(1, 5):
            process = change.start("backfill", "fill", attempt=attempt)
            wait_for(
                orders,
                "SELECT WHERE to_regclass('schemachange.backfill') IS NOT NULL",
            )
            wait_for(orders, f"SELECT FROM schemachange.backfill WHERE rows_done >= {attempt * 150}")
            process.kill()
            kills += 1
            assert orders.value("SELECT rows_done FROM schemachange.backfill") < 1000
        report = change.run("backfill", "fill", attempt=9)
    assert report.outcome == "Done", report.message
    assert (kills, writer.written > 20) == (4, True)
    assert all_once(orders)
    assert orders.value("SELECT count(*) FROM orders WHERE currency IS NULL") == 0


def test_a_stop_ends_the_batch_and_the_next_run_goes_on(orders: Database, tmp_path: Path) -> None:
    change = filling(orders, tmp_path, batchSize=10, pause=20)
    process = change.start("backfill", "fill")
    wait_for(orders, "SELECT WHERE to_regclass('schemachange.backfill') IS NOT NULL")
    wait_for(orders, "SELECT FROM schemachange.backfill WHERE rows_done >= 100")
    process.terminate()
    report = process.report(10)
    assert (report.outcome, report.reason, report.steps_done) == ("Retry", "Stopped", ())
    assert process.started.returncode == 75
    done = orders.value("SELECT rows_done FROM schemachange.backfill")
    assert orders.value("SELECT count(*) FROM orders WHERE currency IS NOT NULL") == done
    assert change.run("backfill", "fill", attempt=2).outcome == "Done"
    assert all_once(orders)


def test_a_second_runner_is_fenced_off(orders: Database, tmp_path: Path) -> None:
    change = filling(orders, tmp_path)
    original = change.log.write

    def write(text: str) -> int:
        if '"progress"' in text:
            orders.superuser.execute("UPDATE schemachange.backfill SET batches = batches + 1")
        return original(text)

    change.log.write = write  # type: ignore[method-assign]
    report = change.run("backfill", "fill")
    assert (report.outcome, report.reason) == ("Retry", "DatabaseBusy")


def test_a_rehearsal_fills_without_a_ledger(orders: Database) -> None:
    with orders.session() as session:
        session.execute("SET ROLE app_owner; SET search_path TO public")
        assert run_batches(session, Backfill.model_validate(FILL), 100) == 1000
        with pytest.raises(Stop, match="no table"):
            run_batches(session, Backfill(table="nothing", set={"a": "1"}), 100)
    assert all_once(orders)
    assert orders.query("SELECT FROM pg_namespace WHERE nspname = 'schemachange'") == []
