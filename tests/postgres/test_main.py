"""The runner as a program: one command, one report, one exit code, whatever happens."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from postgres.support.change import Change, steps
from postgres.support.database import LOGIN_PASSWORD, Database

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, note text)"
ADD = {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN currency text"}


@pytest.fixture
def change(database: Database, tmp_path: Path) -> Change:
    database.as_owner(ORDERS)
    return Change(database, tmp_path, steps(ADD))


def no_secret(change: Change) -> None:
    (change.root / "credentials" / "password").unlink()


def wrong_password(change: Change) -> None:
    (change.root / "credentials" / "password").write_text("wrong")


def other_content(change: Change) -> None:
    (change.root / "content.json").write_text("{}")


def broken_plan(change: Change) -> None:
    (change.root / "plan.json").write_text("{}")


def nothing(_: Change) -> None:
    pass


CASES: list[tuple[Any, str, dict[str, Any], tuple[str, str, int]]] = [
    (nothing, "add", {}, ("Done", "StepDone", 0)),
    (nothing, "missing", {}, ("Failed", "InternalError", 65)),
    (
        nothing,
        "add",
        {"connection": {"host": "127.0.0.1", "port": 9, "database": "x", "secretName": "s"}},
        ("Retry", "DatabaseUnreachable", 75),
    ),
    (no_secret, "add", {}, ("Failed", "SecretMissing", 65)),
    (wrong_password, "add", {}, ("Retry", "AuthenticationFailed", 75)),
    (other_content, "add", {}, ("Failed", "ContentMismatch", 65)),
    (broken_plan, "add", {}, ("Failed", "InternalError", 65)),
    (nothing, "add", {"fingerprint": "sha256:0"}, ("Failed", "SchemaDrifted", 65)),
]


@pytest.mark.parametrize(("prepare", "step", "others", "expected"), CASES)
def test_every_end_has_a_report_and_an_exit_code(
    change: Change, prepare: Any, step: str, others: dict[str, Any], expected: tuple[str, str, int]
) -> None:
    prepare(change)
    process = change.start("apply", step, **others)
    output, errors = process.started.communicate(timeout=60)
    report = process.report()
    assert (report.outcome, report.reason, process.started.returncode) == expected, report.message
    assert errors == b""
    lines = [json.loads(line) for line in output.splitlines()]
    assert lines[-1]["event"] == "report"
    assert len(report.log_digest) == 71
    assert LOGIN_PASSWORD not in output.decode() + report.model_dump_json()


def test_sides_do_not_load_each_other() -> None:
    program = (
        "import sys; from schemachange_operator.runner import main; "
        "[main._function(name) for name in main.COMMANDS]; "
        "print([name for name in ('kopf', 'kubernetes') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": "operator"}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
