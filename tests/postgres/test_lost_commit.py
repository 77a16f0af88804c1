"""The answer to COMMIT is lost: whatever the server says of the transaction's number, the step is applied once or not at all."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from postgres.support.change import Change, steps
from postgres.support.database import Database
from postgres.support.own_server import HANGING_COMMIT, own_database, wait_for_standby
from postgres.support.waiting import wait_for
from schemachange_operator.postgres.ledger_history import check
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner import commit
from testcluster.servers import Server

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, note text); INSERT INTO orders VALUES (1, 'x')"
ADD = {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN currency text"}
COLUMN = "SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'currency'"


@pytest.fixture
def own(server: Server) -> Iterator[Database]:
    """A server that can be told to wait for a standby that does not exist: a COMMIT that is done and gives no answer."""
    with own_database(server.major, ORDERS) as database:
        yield database


def begun(database: Database) -> None:
    """Make the server's COMMITs hang as soon as the change's transaction runs."""
    wait_for(database, "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND wait_event = 'PgSleep'")
    wait_for_standby(database, "nobody")


SLOW = {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN currency text; SELECT pg_sleep(1)"}


def test_done_although_the_answer_never_came(own: Database, tmp_path: Path) -> None:
    """The transaction is committed here, waits for its standby, and its session is ended."""
    change = Change(own, tmp_path, steps(SLOW))
    process = change.start("apply", "add")
    begun(own)
    wait_for(own, HANGING_COMMIT)
    own.query(f"SELECT pg_terminate_backend(pid) FROM ({HANGING_COMMIT}) AS waiting")
    wait_for_standby(own, "")
    report = process.report()
    assert (report.outcome, report.reason, report.steps_done) == ("Done", "StepDone", ("add",)), report.message
    assert own.query(COLUMN)
    assert change.run("apply", "add", attempt=2).already_done


def test_in_progress_is_waited_for(own: Database, tmp_path: Path) -> None:
    """The client's connection is cut; the server's side goes on, and the number is in progress until it ends."""
    change = Change(own, tmp_path, steps(SLOW))
    process = change.start("apply", "add")
    begun(own)
    wait_for(own, HANGING_COMMIT)
    number = own.value("SELECT backend_xid::text FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
    with own.session() as session:
        assert status(session, number) == "in progress"
    process.kill()
    follower: list[str] = []

    def follow() -> None:
        follower.append(change.run("apply", "add", attempt=2).outcome)

    second = threading.Thread(target=follow)
    second.start()
    wait_for_standby(own, "")
    second.join(60)
    assert follower == ["Done"]
    assert own.value("SELECT count(*) FROM schemachange.step WHERE state = 'Done'") == 1
    with own.session() as session:
        assert check(session) == ()


def status(session: Session, number: str) -> str | None:
    return commit._status(session, number)


def test_what_the_server_says_of_a_number(own: Database) -> None:
    with own.session() as session, own.another_superuser() as other:
        done = own.value("SELECT pg_current_xact_id()::text")
        other.execute("BEGIN")
        running = other.execute("SELECT pg_current_xact_id()::text AS id").fetchone()["id"]  # type: ignore[index]
        assert (status(session, done), status(session, running)) == ("committed", "in progress")
        other.execute("ROLLBACK")
        assert status(session, running) == "aborted"
        assert status(session, "3") is None or status(session, "3") == "committed"
        assert status(session, str(2**40)) is None
        assert session.execute("SELECT 1 AS one").fetchone() == {"one": 1}


@pytest.mark.parametrize(
    ("answers", "outcome"), [((None,), "Retry"), (("aborted",), "Retry"), (("in progress",) * 3, "Retry")]
)
def test_without_a_row_in_the_ledger_it_is_tried_again(
    own: Database, tmp_path: Path, answers: tuple[str | None, ...], outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too old to tell, aborted, or never ending: nothing is taken for done that the ledger does not have."""
    given = list(answers)
    monkeypatch.setattr(commit, "LOOKS", 3)
    monkeypatch.setattr(commit, "PAUSE", 0.01)
    monkeypatch.setattr(commit, "_status", lambda *_: given.pop(0))
    slow = {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN currency text; SELECT pg_sleep(0)"}
    change = Change(own, tmp_path, steps(slow))
    write = change.log.write

    def kill_before_commit(text: str) -> int:
        if '"event": "commit"' in text:
            own.query("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE state = 'idle in transaction'")
        return write(text)

    monkeypatch.setattr(change.log, "write", kill_before_commit)
    report = change.run("apply", "add")
    assert (report.outcome, report.reason, report.steps_done) == (outcome, "DatabaseUnreachable", ()), report.message
    assert given == []
    assert own.query(COLUMN) == []
    monkeypatch.setattr(change.log, "write", write)
    assert change.run("apply", "add", attempt=2).outcome == "Done"
