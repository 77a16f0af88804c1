"""The campaign's checker, both ways: a run that went well has no finding, and each violation made by hand is found."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from campaign.checker import CHECKS, catalog, check
from campaign.checks import sessions
from campaign.client import COUNTER, Client
from campaign.facts import Facts, Written
from postgres.support.change import Change
from postgres.support.database import Database

SCHEMA = (
    f"CREATE TABLE orders (id bigint, note text); INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 5) n; {COUNTER}"
)
STEPS = [
    {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN a int", "undo": {"sql": "ALTER TABLE orders DROP COLUMN a"}},
    {"name": "index", "sql": "CREATE INDEX CONCURRENTLY orders_a ON orders (a)", "undo": {"sql": "DROP INDEX orders_a"}},
]
PROOF = "(SELECT count(*) FROM orders WHERE id < 10) = 5"
UNSEALED = "SET session_replication_role = replica; ALTER TABLE schemachange.entry DISABLE TRIGGER ALL;"
STEP_UNSEALED = "ALTER TABLE schemachange.step DISABLE TRIGGER ALL;"


@pytest.fixture
def facts(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Facts]:
    """A change that was applied while a client wrote one row."""
    monkeypatch.setattr(sessions, "LOOKS", 2)
    url = database.server.url(database.connection.database)
    database.as_owner(SCHEMA)
    before = catalog(url)
    change = Change(database, tmp_path / "change", STEPS)
    change.apply_all()
    assert change.run("verify").outcome == "Done"
    database.as_owner("INSERT INTO orders (id, note) VALUES (1000001, 'client'); UPDATE client_counter SET value = 1")
    backups = tmp_path / "backup"
    place = backups / "shop" / "one"
    place.mkdir(parents=True)
    (place / "data").write_text("rows")
    (place / "manifest.json").write_text(json.dumps({"files": {"data": {"sha256": hashlib.sha256(b"rows").hexdigest()}}}))
    yield Facts(
        url=url,
        ended="Completed",
        steps=("add", "index"),
        before=before,
        after=catalog(url),
        proofs={"Completed": (PROOF,)},
        written=Written({1_000_001: "client"}, {1_000_002: "lost?"}, 1, 2),
        rows_before=5,
        backups=backups,
        backup_needed=True,
    )


def test_a_run_that_went_well_has_no_finding(facts: Facts) -> None:
    assert check(facts) == ()
    assert facts.before != facts.after


def test_a_change_that_was_undone_has_no_finding(database: Database, tmp_path: Path) -> None:
    url = database.server.url(database.connection.database)
    database.as_owner(SCHEMA)
    before = catalog(url)
    change = Change(database, tmp_path / "change", STEPS)
    change.apply_all()
    after = catalog(url)
    assert change.run("rollback", abort_reason="test").proven
    undone = Facts(url=url, ended="RolledBack", steps=("add", "index"), before=before, after=after)
    assert check(undone) == ()
    told = check(replace(undone, ended="Completed"))
    assert any(one.startswith("catalog: the change is Completed and") for one in told)
    assert any("ledger has []" in one for one in told)


VIOLATIONS = {
    "a column of nobody's": ("ALTER TABLE orders ADD COLUMN other int", "catalog: the change is Completed"),
    "the effect undone": ("DROP INDEX orders_a; ALTER TABLE orders DROP COLUMN a", "as the other end would have left it"),
    "an effect that is not there once": ("UPDATE orders SET id = 100 WHERE id = 1", "effects: does not hold"),
    "a question that fails": ("ALTER TABLE orders RENAME TO others", "effects: cannot be asked"),
    "a step missing": (f"{STEP_UNSEALED} DELETE FROM schemachange.step WHERE name = 'index'", "ledger steps: steps in"),
    "a step not done": (
        f"{STEP_UNSEALED} UPDATE schemachange.step SET state = 'Intent'",
        "ledger steps: step add is Intent",
    ),
    "a statement twice": (
        "INSERT INTO schemachange.statement (change_id, step, direction, attempt, number, kind, text, duration_milliseconds,"
        " outcome) SELECT change_id, step, direction, attempt + 1, number, kind, text, 0, outcome FROM schemachange.statement",
        "is recorded 2 times (Apply)",
    ),
    "a change that is still open": (
        "UPDATE schemachange.change SET state = 'Open'",
        "ledger steps: the change is completed",
    ),
    "an entry taken out": (f"{UNSEALED} DELETE FROM schemachange.entry WHERE sequence = 3", "stands where 3 should"),
    "an entry forged": (
        f"{UNSEALED} UPDATE schemachange.entry SET event = 'Other' WHERE sequence = 3",
        "does not say what its digest",
    ),
    "an entry linked to another": (
        f"{UNSEALED} UPDATE schemachange.entry SET previous = '' WHERE sequence = 3",
        "entry 3 does not follow",
    ),
    "a row without an entry": (
        f"{STEP_UNSEALED} INSERT INTO schemachange.step (change_id, name, state, attempt) VALUES (1, 'x', 'Done', 1)",
        "row 1/x of step has no entry",
    ),
    "a row taken away": (
        "ALTER TABLE schemachange.statement DISABLE TRIGGER ALL; DELETE FROM schemachange.statement",
        "of statement is gone",
    ),
    "a row changed": (f"{STEP_UNSEALED} UPDATE schemachange.step SET state = 'Undoing'", "is not as its last entry says"),
    "an invalid index": (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_a'::regclass",
        "debris: an invalid index is left: orders_a",
    ),
    "a copy of an index": ("CREATE INDEX orders_a_ccnew ON orders (a)", "debris: a copy of an index is left"),
    "a partition half detached": (
        "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p DEFAULT;"
        " UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'p1'::regclass",
        "debris: a partition that is half detached is left: p1",
    ),
    "a constraint left unproved": (
        "ALTER TABLE orders ADD CONSTRAINT positive CHECK (id > 0) NOT VALID",
        "debris: a constraint that was not validated is left: positive",
    ),
    "a row of the client's lost": ("DELETE FROM orders WHERE id = 1000001", "client: 1 acknowledged rows are lost"),
    "a row of the client's doubled": (
        "INSERT INTO orders (id, note) VALUES (1000001, 'client')",
        "client: 1 rows are doubled",
    ),
    "a row of the client's changed": ("UPDATE orders SET note = 'y' WHERE id = 1000001", "client: 1 rows are not as they"),
    "a row of nobody's": ("INSERT INTO orders (id, note) VALUES (1000009, 'z')", "client: 1 rows are not as they"),
    "a row from before lost": ("DELETE FROM orders WHERE id = 5", "client: 4 rows from before are there, 5 were"),
    "an increment lost": ("UPDATE client_counter SET value = 0", "client: the counter is 0, wanted 1 to 2"),
    "an increment doubled": ("UPDATE client_counter SET value = 3", "client: the counter is 3"),
    "a backup recorded that is not there": (
        "INSERT INTO schemachange.backup (uid, namespace, name, step, path, scope, size_bytes, sha256, rows, lsn)"
        " VALUES ('', '', '', '', 'nowhere', '', 0, '', 0, '0/0')",
        "backups: the ledger has a backup that is not there: nowhere",
    ),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_violation_in_the_database_is_found(database: Database, facts: Facts, name: str) -> None:
    made, wanted = VIOLATIONS[name]
    database.superuser.execute(f"SET allow_system_table_mods = on; {made}")
    found = check(facts)
    assert any(wanted in one for one in found), found


def test_whoever_is_left_is_found(database: Database, facts: Facts) -> None:
    with closing(database.another_superuser()) as left:
        left.execute("SET application_name = 'schemachange/abc/apply/1/add'")
        left.execute("SELECT pg_advisory_lock(1)")
        left.execute("BEGIN; LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE")
        found = check(facts)
    assert [one for one in found if one.startswith("sessions: a session is left: schemachange/abc")]
    assert len([one for one in found if one.startswith("sessions: a lock is held by schemachange/abc")]) == 2
    assert check(facts) == ()


BACKUPS = {
    "a byte changed": ("data", "r0ws", "data is not as its manifest says"),
    "a file added": ("more", "x", "more is missing or too much"),
    "a manifest cut off": ("manifest.json", '{"files": ', "its manifest cannot be read"),
}


@pytest.mark.parametrize("name", BACKUPS)
def test_a_backup_that_is_not_whole_is_found(facts: Facts, name: str) -> None:
    assert facts.backups is not None
    file, text, wanted = BACKUPS[name]
    (facts.backups / "shop" / "one" / file).write_text(text)
    assert any(wanted in one for one in check(facts))


def test_no_backup_at_all_is_found(facts: Facts, tmp_path: Path) -> None:
    assert any("there is no backup" in one for one in check(replace(facts, backups=tmp_path / "empty")))


def test_a_client_that_wrote_nothing_is_no_proof(facts: Facts) -> None:
    assert any("the client wrote nothing" in one for one in check(replace(facts, written=Written({}, {}, 0, 2))))


def test_every_check_is_seen_to_find_something() -> None:
    wanted = " ".join([*(one for _, one in VIOLATIONS.values()), "sessions:", "backups:"])
    unproved = {name for name in CHECKS if f"{name}:" not in wanted} - {"ledger chain"}
    assert unproved == set()


def test_the_client_knows_what_it_wrote(database: Database) -> None:
    database.as_owner(SCHEMA)
    url = database.server.url(database.connection.database)
    with Client(lambda: url, "orders", 1_000_001) as client:
        for _ in range(3000):
            if database.value("SELECT count(*) FROM orders WHERE id > 1000000") >= 3:
                break
            database.query("SELECT pg_sleep(0.01)")
        database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'shop'")
        written = client.end()
    there = {row["id"]: row["note"] for row in database.query("SELECT id, note FROM orders WHERE id > 1000000")}
    assert len(written.acknowledged) >= 2
    assert written.acknowledged.items() <= there.items() <= {**written.acknowledged, **written.unknown}.items()
    assert written.counted <= database.value("SELECT value FROM client_counter") <= written.counted_at_most
