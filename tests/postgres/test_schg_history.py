"""`schg history` against real servers: what was done, in order, and whether the ledger is whole."""

import json
from pathlib import Path

import pytest

from postgres.support.change import Change, steps
from postgres.support.database import LOGIN, LOGIN_PASSWORD, OWNER, Database
from schemachange_operator.command.main import main
from schemachange_operator.postgres.queries import query

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, note text)"
ADD = {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN secret text DEFAULT 'the-literal'"}


def url(database: Database, user: str = LOGIN, password: str = LOGIN_PASSWORD) -> str:
    return f"postgresql://{user}:{password}@127.0.0.1:{database.server.port}/{database.connection.database}"


@pytest.fixture
def done(database: Database, tmp_path: Path) -> Database:
    database.as_owner(ORDERS)
    change = Change(database, tmp_path, steps(ADD))
    change.apply_all()
    other = change.another(
        "other", relations=("public.made",), steps=steps({"name": "a", "sql": "CREATE TABLE made (id int)"})
    )
    other.apply_all()
    return database


def test_it_tells_what_was_done(done: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--database", url(done), "--check"]) == 0
    text = capsys.readouterr().out
    assert "| StepDone | shop/orders-currency | add |" in text
    assert "| StatementRun | shop/other | a | CREATE TABLE made (id int)" in text
    assert "timeline 1" in text
    assert "**Whole**" in text
    assert "the-literal" not in text
    assert LOGIN_PASSWORD not in text


def test_one_change_alone(done: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--database", url(done), "--change", "shop/other", "--output", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["event"] for one in told["entries"]] == ["ChangeOpen", "StepDone", "StatementRun", "StepNoted"]
    assert {one["name"] for one in told["entries"]} == {"other"}
    assert told["faults"] is None


def test_what_is_not_as_it_was_written_is_said(done: Database, capsys: pytest.CaptureFixture[str]) -> None:
    done.superuser.execute("ALTER TABLE schemachange.step DISABLE TRIGGER ALL; UPDATE schemachange.step SET attempt = 2")
    assert main(["history", "--database", url(done), "--check"]) == 1
    assert "- step 1/add is not as its last entry says" in capsys.readouterr().out
    assert main(["history", "--database", url(done), "--check", "--output", "json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["faults"]) == 2


def test_what_was_written_by_hand_is_marked(done: Database, capsys: pytest.CaptureFixture[str]) -> None:
    done.superuser.execute("UPDATE schemachange.change SET state = 'Unproven', outcome = 'found | odd' WHERE name = 'other'")
    assert main(["history", "--database", url(done), "--check"]) == 0
    assert "| ChangeUnproven | shop/other |  | found \\| odd | postgres, by hand |" in capsys.readouterr().out


@pytest.mark.parametrize(("ledger", "words"), [("", "has no ledger"), ("v1", "has version 1")])
def test_no_history_is_said(database: Database, ledger: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    if ledger == "v1":
        with database.session() as session:
            session.execute(query("ledger_create"))
    assert main(["history", "--database", url(database)]) == 4
    assert words in capsys.readouterr().err


def test_who_may_not_read_it_is_told_so(done: Database, capsys: pytest.CaptureFixture[str]) -> None:
    done.superuser.execute(f"ALTER ROLE {OWNER} LOGIN PASSWORD 'owner-secret'")
    try:
        assert main(["history", "--database", url(done, OWNER, "owner-secret")]) == 4
    finally:
        done.superuser.execute(f"ALTER ROLE {OWNER} NOLOGIN")
    captured = capsys.readouterr().err
    assert "may not read the ledger" in captured
    assert "owner-secret" not in captured


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 3),
        (("--database", "postgresql://u:the-secret@127.0.0.1:9/x"), 4),
        (("--database", "postgresql://u:the-secret@127.0.0.1:9/x", "--change", "other"), 3),
        (("--database", "postgresql://u:the%secret@127.0.0.1:9/x"), 3),
        (("--help",), 0),
    ],
)
def test_the_exit_code_says_how_it_ended(arguments: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        found = main(["history", *arguments])
    except SystemExit as end:
        found = int(end.code or 0)
    assert found == code
    captured = capsys.readouterr()
    assert "secret" not in captured.out + captured.err
