"""The ledger's chain of hashes: everything that is written is in it, nothing can be taken out of it unseen."""

import threading
from pathlib import Path

import psycopg
import pytest

from postgres.support.change import Change, steps
from postgres.support.database import OWNER, Database
from schemachange_operator.postgres import ledger
from schemachange_operator.postgres.ledger_history import check
from schemachange_operator.postgres.queries import query

ORDERS = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, note text); INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 9) n"
)
ADD = {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN currency text"}
FILL = {"name": "fill", "backfill": {"table": "orders", "set": {"currency": "'EUR'"}, "where": "currency IS NULL"}}


@pytest.fixture
def done(database: Database, tmp_path: Path) -> Database:
    """A database in which a change has been applied."""
    database.as_owner(ORDERS)
    Change(database, tmp_path, steps(ADD, FILL)).apply_all()
    return database


def events(database: Database) -> list[str]:
    return [row["event"] for row in database.query("SELECT event FROM schemachange.entry ORDER BY sequence")]


def faults(database: Database) -> list[str]:
    with database.session() as session:
        return [fault.sentence() for fault in check(session)]


def test_everything_that_is_written_is_an_entry(done: Database) -> None:
    assert events(done) == [
        "Found",
        "LedgerVersion",
        "RunnerBegan",
        "RunnerBegan",
        "ChangeOpen",
        "StepDone",
        "StatementRun",
        "StepNoted",
        "RunnerBegan",
        "StepIntent",
        "BackfillBegun",
        "BackfillDone",
        "StepDone",
    ]
    assert faults(done) == []


def test_a_jobs_log_says_where_the_chain_ended(database: Database, tmp_path: Path) -> None:
    database.as_owner(ORDERS)
    change = Change(database, tmp_path, steps(ADD))
    change.apply_all()
    (told,) = [event["digest"] for event in change.events() if event["event"] == "ledger_head"]
    assert told == database.value("SELECT encode(digest, 'hex') FROM schemachange.entry ORDER BY sequence DESC LIMIT 1")


def test_an_entry_says_who_wrote_it(done: Database) -> None:
    done.superuser.execute("UPDATE schemachange.change SET outcome = 'mended by hand'")
    rows = done.query("SELECT event, content FROM schemachange.entry WHERE event LIKE 'Change%%' ORDER BY sequence")
    assert [(row["event"], row["content"]["by"], row["content"]["runner"] is None) for row in rows] == [
        ("ChangeOpen", "operator_login", False),
        ("ChangeAdopted", "postgres", True),
    ]
    assert rows[1]["content"]["row"]["outcome"] == "mended by hand"
    assert "before_snapshot" not in rows[1]["content"]["row"]


LATEST = "sequence = (SELECT max(sequence) FROM schemachange.entry)"
UNGUARDED = "ALTER TABLE schemachange.{} DISABLE TRIGGER ALL; {}"
TAMPERING = [
    ("entry", "UPDATE schemachange.entry SET content = '{}' WHERE sequence = 6", "entry 6 does not have its digest"),
    ("entry", "UPDATE schemachange.entry SET written_at = now() WHERE sequence = 6", "entry 6 does not have its digest"),
    ("entry", "DELETE FROM schemachange.entry WHERE sequence = 6", "entry 7 does not follow"),
    ("entry", "DELETE FROM schemachange.entry WHERE sequence = 1", "entry 2 does not follow"),
    ("entry", f"DELETE FROM schemachange.entry WHERE {LATEST}", "step 1/fill is not as its last entry says"),
    ("step", "UPDATE schemachange.step SET attempt = 9 WHERE name = 'add'", "step 1/add is not as its last entry says"),
    ("statement", "DELETE FROM schemachange.statement", "statement 1 is gone"),
    ("change", "UPDATE schemachange.change SET content = 'other'", "change 1 is not as its last entry says"),
    ("backfill", "UPDATE schemachange.backfill SET rows_done = 1", "backfill 1/fill is not as its last entry says"),
    (
        "step",
        "INSERT INTO schemachange.step (change_id, name, state, attempt) VALUES (1, 'forged', 'Done', 1)",
        "step 1/forged has no entry",
    ),
]


@pytest.mark.parametrize(("table", "statement", "found"), TAMPERING)
def test_tampering_is_found(done: Database, table: str, statement: str, found: str) -> None:
    done.superuser.execute(UNGUARDED.format(table, statement))
    assert any(found in fault for fault in faults(done)), faults(done)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE schemachange.entry SET event = 'x'", "DELETE FROM schemachange.entry", "TRUNCATE schemachange.entry"],
)
def test_entries_are_neither_changed_nor_deleted(done: Database, statement: str) -> None:
    for setting in ("origin", "replica"):
        done.superuser.execute(f"SET session_replication_role = {setting}")
        with pytest.raises(psycopg.errors.RaiseException, match="neither changed nor deleted"):
            done.superuser.execute(statement)


def test_a_version_1_ledger_keeps_its_rows(database: Database) -> None:
    with database.session() as session:
        session.execute(query("ledger_create"))
        session.execute(
            """
            INSERT INTO schemachange.change (uid, namespace, name, content_digest, content, plan_digest, record, relations,
                                             state, before_snapshot, system_identifier)
            VALUES ('u', 'shop', 'old', 'sha256:1', '{"a": 1}', 'sha256:2', '{}', '{public.orders}', 'Open', '{"table": {}}', 7);
            INSERT INTO schemachange.step (change_id, name, state, attempt, transaction_id) VALUES (1, 'a', 'Done', 1, '99');
            INSERT INTO schemachange.statement (change_id, step, direction, attempt, number, kind, text, duration_milliseconds, outcome)
            VALUES (1, 'a', 'Apply', 1, 1, 'ALTER TABLE', 'ALTER TABLE orders …', 1.25, 'Done');
            INSERT INTO schemachange.backfill (change_id, step, rows_total) VALUES (1, 'b', 10);
            INSERT INTO schemachange.backup (uid, namespace, name, step, path, scope, size_bytes, sha256, rows, lsn)
            VALUES ('u', 'shop', 'old', 'a', 'p', 'Affected', 1, 'x', 1, '0/1');
            """
        )
        before = database.query("SELECT * FROM schemachange.change, schemachange.step, schemachange.statement")
        ledger.install(session, OWNER)
        ledger.install(session, OWNER)
        assert database.query("SELECT * FROM schemachange.change, schemachange.step, schemachange.statement") == before
        found = ledger.find(session, "shop", "old")
        assert found is not None
        assert (found.state, found.steps_done) == ("Open", ("a",))
    assert database.value("SELECT max(number) FROM schemachange.version") == 2
    assert events(database) == [*["Found"] * 6, "LedgerVersion", "RunnerBegan"]
    assert faults(database) == []


def test_a_version_1_ledger_with_an_open_change_goes_on(database: Database, tmp_path: Path) -> None:
    database.as_owner(ORDERS)
    change = Change(database, tmp_path, steps(ADD, {"name": "next", "sql": "ALTER TABLE orders ADD COLUMN code text"}))
    change.run("apply", "add")
    # Back to version 1, as if an older operator had begun.
    database.superuser.execute(
        """
        DROP TABLE schemachange.entry, schemachange.runner;
        DROP FUNCTION schemachange.note, schemachange.refuse, schemachange.only_the_runner CASCADE;
        DROP FUNCTION schemachange.image, schemachange.digest_of CASCADE;
        DROP FUNCTION schemachange.append CASCADE;
        DELETE FROM schemachange.version WHERE number = 2;
        """
    )
    assert change.run("apply", "next").steps_done == ("add", "next")
    assert faults(database) == []


def test_two_writers_follow_one_another(done: Database) -> None:
    """Whatever became of locks and runners, the chain itself has one writer at a time."""
    errors: list[BaseException] = []

    def write(number: int) -> None:
        try:
            with done.another_superuser() as session:
                for _ in range(25):
                    session.execute("UPDATE schemachange.change SET outcome = %s", [f"{number} {_}"])
        except BaseException as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    assert len(events(done)) == 13 + 100
    assert faults(done) == []
