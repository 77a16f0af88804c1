"""Backups: one moment of the data, whole or not there, and proved before anything is destroyed."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from postgres.support.change import Change, folders_below
from postgres.support.database import Database
from schemachange_operator.core.errors import Stop, TryLater
from schemachange_operator.core.task import RunReport
from schemachange_operator.runner import backup
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.main import _function
from testcluster.servers import Server

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE customers (id bigint PRIMARY KEY);
INSERT INTO customers SELECT generate_series(1, 20);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint REFERENCES customers, feeling mood, note text);
INSERT INTO orders (customer_id, feeling, note) SELECT 1 + n % 20, 'ok', 'x' || n FROM generate_series(1, 500) n;
CREATE TABLE "Strange "" table" (a int); INSERT INTO "Strange "" table" VALUES (1);
CREATE TABLE events (at date) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO events SELECT '2026-01-01'::date + n FROM generate_series(0, 99) n;
"""
DROP = [{"name": "drop", "sql": "ALTER TABLE orders DROP COLUMN note", "undo": {"irreversible": "data is gone"}}]


@pytest.fixture(scope="session")
def throw_away(server: Server) -> Iterator[Server]:
    with Server(server.major) as started:
        yield started


@pytest.fixture
def change(database: Database, tmp_path: Path) -> Change:
    database.as_owner(SCHEMA)
    return Change(database, tmp_path, DROP, relations=("public.orders", "public.customers", "public.missing"))


def environment(change: Change, throw_away: Server, **others: Any) -> Environment:
    made = change.environment("drop", task="backup", backup_path="shop/orders-1/drop", **others)
    folders = replace(folders_below(change.root), rehearsal=Path(throw_away.data).parent, rehearsal_port=throw_away.port)
    return replace(made, folders=folders)


def run(command: str, change: Change, throw_away: Server, **others: Any) -> RunReport:
    return _function(command)(environment(change, throw_away, **others))


def place(change: Change) -> Path:
    return folders_below(change.root).backup / "shop/orders-1/drop"


SCOPES = [
    ("Affected", "Restore", 520),
    ("Affected", "Checksum", 520),
    ("Database", "Restore", 621),
]


@pytest.mark.parametrize(("scope", "prove_by", "rows"), SCOPES)
def test_a_backup_is_taken_and_proved(change: Change, throw_away: Server, scope: str, prove_by: str, rows: int) -> None:
    taken = run("backup", change, throw_away, backup_scope=scope)
    assert taken.outcome == "Done", taken.message
    assert taken.backup is not None
    shutil.rmtree(folders_below(change.root).credentials)
    proved = run("prove", change, throw_away, backup_scope=scope, prove_by=prove_by)
    assert (proved.outcome, proved.reason) == ("Done", "BackedUp"), proved.message
    assert proved.backup is not None
    assert (proved.backup.rows, proved.backup.proved_by) == (rows, prove_by)
    assert (proved.backup.sha256, proved.backup.lsn) == (taken.backup.sha256, taken.backup.lsn)
    (row,) = change.database.query("SELECT path, rows, sha256 FROM schemachange.backup")
    assert row == {"path": "shop/orders-1/drop", "rows": rows, "sha256": taken.backup.sha256}


def test_the_rows_are_those_of_the_snapshot(change: Change, throw_away: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from schemachange_operator.runner import backup  # noqa: PLC0415

    original = backup.run_program

    def run_program(*arguments: Any) -> str:
        change.database.as_owner(
            "INSERT INTO orders (customer_id) VALUES (1); DELETE FROM customers WHERE id = 20 AND false"
        )
        return original(*arguments)

    monkeypatch.setattr(backup, "run_program", run_program)
    taken = run("backup", change, throw_away)
    assert taken.backup is not None
    assert taken.backup.rows == 520
    assert run("prove", change, throw_away).outcome == "Done"
    assert change.database.value("SELECT count(*) FROM orders") == 502


def test_the_same_request_finds_its_backup_again(change: Change, throw_away: Server) -> None:
    first = run("backup", change, throw_away)
    change.database.as_owner("INSERT INTO orders (customer_id) VALUES (1)")
    assert run("backup", change, throw_away, attempt=2).backup == first.backup
    with pytest.raises(Stop, match="Another backup stands in"):
        run("backup", change, throw_away, backup_scope="Database")


def test_a_half_backup_does_not_count(change: Change, throw_away: Server) -> None:
    run("backup", change, throw_away)
    place(change).rename(place(change).with_name("drop.unfinished"))
    with pytest.raises(Stop, match="no whole backup"):
        run("prove", change, throw_away)
    assert run("backup", change, throw_away, attempt=2).outcome == "Done"
    assert not place(change).with_name("drop.unfinished").exists()


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


DAMAGE = [flip, cut_short, Path.unlink]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("pattern", ["schema.dump", "data/toc.dat", "data/*.gz"])
def test_a_damaged_backup_is_refused(change: Change, throw_away: Server, damage: Any, pattern: str) -> None:
    run("backup", change, throw_away)
    damage(next(iter(sorted(place(change).glob(pattern)))))
    with pytest.raises(Stop, match="is damaged") as raised:
        run("prove", change, throw_away, prove_by="Checksum")
    assert raised.value.reason == "BackupFailed"


def test_a_backup_that_restores_fewer_rows_is_refused(change: Change, throw_away: Server) -> None:
    run("backup", change, throw_away)
    manifest = place(change) / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"public.orders":500', '"public.orders":501'))
    with pytest.raises(Stop, match=r"public\.orders has 500 rows, 501 were dumped"):
        run("prove", change, throw_away)


def test_a_manifest_that_cannot_be_read_is_refused(change: Change, throw_away: Server) -> None:
    run("backup", change, throw_away)
    (place(change) / "manifest.json").write_text("{")
    with pytest.raises(Stop, match="manifest of the backup drop is damaged"):
        run("prove", change, throw_away)


@pytest.mark.parametrize("path", ["", "..", "../elsewhere", "/etc/x", "shop/../../x"])
def test_a_path_out_of_the_place_is_refused(change: Change, path: str) -> None:
    with pytest.raises(Stop, match="not below the backups' place"):
        change.run("backup", "drop", backup_path=path)


def test_a_place_that_cannot_be_written_is_said(change: Change, throw_away: Server) -> None:
    (folders_below(change.root).backup / "shop").write_text("a file")
    with pytest.raises(Stop, match="The backup's place cannot be used: ") as raised:
        run("backup", change, throw_away)
    assert raised.value.reason == "BackupFailed"


def test_a_table_that_may_not_be_read_is_said(change: Change, throw_away: Server) -> None:
    change.database.superuser.execute("ALTER TABLE customers OWNER TO postgres")
    with pytest.raises(Stop, match="permission denied for table customers") as raised:
        run("backup", change, throw_away)
    assert raised.value.reason == "BackupFailed"


def test_a_locked_table_is_tried_later(change: Change, throw_away: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schemachange_operator.runner.backup.LOCK_WAIT", "100")
    with change.database.another_superuser() as holder:
        holder.execute("BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(TryLater) as raised:
            run("backup", change, throw_away)
        holder.execute("ROLLBACK")
    assert raised.value.reason == "WaitingForLock"


def test_tables_that_do_not_exist_yet_leave_nothing_to_dump(change: Change, throw_away: Server) -> None:
    other = change.another("other", relations=("public.missing",))
    taken = run("backup", other, throw_away)
    assert taken.backup is not None
    assert taken.backup.rows == 0
    assert run("prove", other, throw_away).outcome == "Done"
    assert not (place(other) / "data").exists()


ENDED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'operator_login'"


def test_a_runner_that_was_frozen_meanwhile_leaves_the_others_backup_alone(
    change: Change, throw_away: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    plainly, others = backup.hashed, list[RunReport]()

    def frozen(folder: Path) -> dict[str, str]:
        """While the first one stands here, another takes its backup; then the first goes on writing."""
        monkeypatch.setattr(backup, "hashed", plainly)
        change.database.query(ENDED)
        others.append(run("backup", change, throw_away, attempt=2))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "schema.dump").write_bytes(b"")
        return plainly(folder)

    monkeypatch.setattr(backup, "hashed", frozen)
    with pytest.raises(TryLater) as raised:
        run("backup", change, throw_away)
    assert raised.value.reason == "DatabaseUnreachable"
    assert [report.reason for report in others] == ["BackedUp"]
    assert run("prove", change, throw_away, attempt=2).outcome == "Done"
