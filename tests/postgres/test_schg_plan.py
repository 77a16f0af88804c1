"""`schg plan` against real servers: what it says is what the Job in the cluster says, and nothing is left behind."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from postgres.support.database import LOGIN_PASSWORD, Database
from postgres.support.planning import SHOP
from schemachange_operator.command.report import PlanReport
from testcluster.postgres_binaries import find_server
from testcluster.shell import wait_until

REPOSITORY = Path(__file__).resolve().parents[2]
ADD, DROP = "ALTER TABLE orders ADD COLUMN currency text;\n", "ALTER TABLE orders DROP COLUMN currency;\n"
SLOW = "ALTER TABLE orders ADD COLUMN currency text;\nSELECT pg_sleep(600);\n"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def left_behind() -> set[str]:
    """Folders of ours and processes that live in them."""
    here = Path(os.environ["TMPDIR"])
    folders = {str(path) for path in here.glob("schg-*")}
    lines = [path for path in Path("/proc").glob("[0-9]*/cmdline") if f"{here}/schg-".encode() in read(path)]
    return folders | {str(path) for path in lines}


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Temporary files of this test alone, whatever runs beside it; as open as /tmp, and a short path: sockets are in it."""
    with tempfile.TemporaryDirectory(prefix="test-") as folder:
        Path(folder).chmod(0o1777)
        monkeypatch.setenv("TMPDIR", folder)
        yield


@pytest.fixture(autouse=True)
def nothing_is_left(own_folder: None) -> Iterator[None]:
    before = left_behind()
    yield
    assert wait_until(lambda: not left_behind() - before, 20), left_behind() - before


@pytest.fixture
def shop(database: Database) -> Database:
    database.as_owner(SHOP)
    return database


@pytest.fixture
def command(shop: Database, tmp_path: Path) -> Callable[..., list[str]]:
    def make(text: str, *options: str, rollback: str = DROP) -> list[str]:
        (tmp_path / "currency.sql").write_text(text)
        (tmp_path / "back.sql").write_text(rollback)
        files = [str(tmp_path / "currency.sql"), "--rollback", str(tmp_path / "back.sql")]
        target = f"postgresql://{shop.credentials.user}@127.0.0.1:{shop.server.port}/{shop.connection.database}"
        binaries = ["--server-binaries", str(find_server(shop.server.major))] if "--rehearse" in options else []
        who = ["--role", shop.migration_role]
        schg = [sys.executable, "-m", "schemachange_operator", "schg", "plan"]
        return [*schg, *files, "--database", target, *who, *binaries, *options]

    return make


def variables(**others: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": "operator", "PGPASSWORD": LOGIN_PASSWORD, **others}


@pytest.fixture
def run(command: Callable[..., list[str]]) -> Run:
    def start(text: str, *options: str, rollback: str = DROP, **others: str) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            command(text, *options, rollback=rollback),
            capture_output=True, text=True, check=False, cwd=REPOSITORY, env=variables(**others),
        )  # fmt: skip
        assert LOGIN_PASSWORD not in done.stdout + done.stderr
        return done

    return start


def reported(done: "subprocess.CompletedProcess[str]") -> PlanReport:
    assert done.returncode == 0, done.stderr
    return PlanReport.model_validate_json(done.stdout)


def test_the_catalog_is_asked(run: Run, shop: Database) -> None:
    (one,) = reported(run(ADD, "--output", "json")).plans
    assert one.plan is not None
    assert one.plan.server_version.startswith(str(shop.server.major))
    assert (one.plan.rehearsed, one.plan.relations) == (False, ("public.orders",))
    assert [(size.relation, size.rows) for size in one.plan.sizes] == [("public.orders", 300)]
    assert one.plan.fingerprint.startswith("sha256:")


def test_the_data_is_asked_as_in_the_cluster(run: Run, shop: Database) -> None:
    shop.as_owner("UPDATE orders SET note = NULL WHERE id = 1")
    done = run("ALTER TABLE orders ALTER note SET NOT NULL;\n", "--output", "json")
    (one,) = PlanReport.model_validate_json(done.stdout).plans
    assert one.plan is not None and done.returncode != 0
    assert [(probe.answer, probe.rows) for probe in one.plan.probes] == [("Violated", 1)]
    assert {one.about for one in one.plan.circumstances} >= {"Activity"}
    assert ("data-violates", "Block") in {(found.rule, found.severity) for found in one.plan.findings}


def test_it_rehearses(run: Run) -> None:
    done = run(ADD, "--rehearse", "--output", "json", "--verbose")
    (one,) = reported(done).plans
    assert one.plan is not None
    assert (one.failure, one.plan.rehearsed, one.plan.rollback_proven) == ("", True, True)
    assert [difference.name for difference in one.plan.difference] == ["public.orders.currency"]
    (lock,) = one.plan.steps[0].statements[0].held
    assert (lock.relation, lock.mode) == ("public.orders", "AccessExclusive")
    assert one.plan.rows_generated["public.orders"] > 0
    assert json.loads(done.stderr.splitlines()[0])


def test_the_author_sees_his_own_literals_in_the_safe_sequence(run: Run, shop: Database) -> None:
    shop.as_owner("INSERT INTO orders (customer_id) SELECT 1 FROM generate_series(1, 2000); ANALYZE orders")
    check = "ALTER TABLE orders ADD CONSTRAINT known CHECK (note <> 'a word')"
    for options, verified in (((), False), (("--rehearse",), True)):
        done = run(check, *options, "--output", "json", rollback="ALTER TABLE orders DROP CONSTRAINT known")
        (one,) = reported(done).plans
        assert one.plan is not None
        (sequence,) = one.plan.sequences
        assert (sequence.rule, sequence.verified) == ("add-check-scans", verified), one.failure
        assert "CHECK (note <> 'a word') NOT VALID" in sequence.sql


def test_the_markdown_is_that_of_the_cluster(run: Run) -> None:
    done = run(ADD, "--rehearse")
    assert done.returncode == 0, done.stderr
    assert "**Rehearsed** in a throw-away copy" in done.stdout
    assert "AccessExclusive on `public.orders`" in done.stdout
    assert "column public.orders.currency added" in done.stdout


TWO = """\
kind: SchemaChange
metadata: {name: weighed}
spec:
  database: {name: shop}
  dependsOn: [{name: parcels}]
  migration: {sql: "CREATE INDEX parcels_weight ON parcels (weight); ALTER TABLE orders ADD COLUMN parcel bigint REFERENCES parcels"}
  rollback: {sql: "ALTER TABLE orders DROP COLUMN parcel; DROP INDEX parcels_weight"}
---
kind: SchemaChange
metadata: {name: parcels}
spec:
  database: {name: shop}
  migration: {sql: "CREATE TABLE parcels (id bigint PRIMARY KEY, weight int)"}
  rollback: {sql: DROP TABLE parcels}
"""


@pytest.mark.parametrize("options", [(), ("--rehearse",)])
def test_a_change_is_planned_on_what_those_before_it_leave(
    command: Callable[..., list[str]], options: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "two.yaml").write_text(TWO)
    words = command(ADD, *options, "--output", "json")
    plain, rollback = words.index(str(tmp_path / "currency.sql")), words.index("--rollback")
    words[plain : rollback + 2] = [str(tmp_path / "two.yaml")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=REPOSITORY, env=variables())
    report = reported(done)
    assert [(one.change, one.after, one.failure) for one in report.plans] == [
        ("parcels", (), ""),
        ("weighed", ("parcels",), ""),
    ]
    assert [one.rule for one in report.findings if not one.style and one.change == "weighed"] == []
    weighed = report.plans[1].plan
    assert weighed is not None and weighed.rehearsed == bool(options)
    if options:
        assert weighed.rollback_proven
        assert "public.parcels" in {lock.relation for one in weighed.steps[0].statements for lock in one.held}


def test_plain_sql_of_several_transactions_is_rehearsed_with_its_rollback(run: Run) -> None:
    text = (
        f"SET lock_timeout = '2s';\nBEGIN;\n{ADD}COMMIT;\nCREATE INDEX CONCURRENTLY orders_currency ON orders (currency);\n"
    )
    done = run(
        text, "--rehearse", "--output", "json", rollback=f"DROP INDEX CONCURRENTLY orders_currency;\nBEGIN;{DROP}COMMIT;"
    )
    (one,) = reported(done).plans
    assert one.plan is not None and one.plan.rollback_proven
    assert [(step.kind, step.undo) for step in one.plan.steps] == [
        ("Transaction", "rollback of 1 statement"), ("Single", "rollback of 1 statement"),
    ]  # fmt: skip


def test_a_rollback_that_does_not_bring_the_schema_back_fails(run: Run) -> None:
    done = run(ADD, "--rehearse", "--output", "json", rollback="SELECT 1;")
    assert done.returncode == 4
    (one,) = PlanReport.model_validate_json(done.stdout).plans
    assert "does not bring the schema back" in one.failure
    assert one.plan is not None
    assert not one.plan.rehearsed
    assert "does not bring the schema back" in done.stderr


def test_a_password_file_is_enough(run: Run, tmp_path: Path) -> None:
    passwords = tmp_path / "pgpass"
    passwords.write_text(f"*:*:*:*:{LOGIN_PASSWORD}\n")
    passwords.chmod(0o600)
    done = run(ADD, "--rehearse", "--output", "json", PGPASSWORD="", PGPASSFILE=str(passwords))
    (one,) = reported(done).plans
    assert one.plan is not None
    assert one.plan.rehearsed


@pytest.mark.parametrize(
    ("options", "others", "message"),
    [
        ((), {"PGPASSWORD": "wrong-secret"}, "password authentication failed"),
        (("--database", "postgresql://somebody:other-secret@127.0.0.1:9/nowhere"), {}, "onnection refused"),
        (("--role", "nobody_knows"), {}, "does not exist"),
        (("--rehearse", "--server-binaries", "/nowhere"), {}, "no PostgreSQL server"),
        (("--search-path", "nowhere", "--rehearse"), {}, 'relation "orders" does not exist'),
    ],
)
def test_what_fails_says_why(run: Run, options: tuple[str, ...], others: dict[str, Any], message: str) -> None:
    done = run(ADD, *options, "--output", "github", **others)
    assert done.returncode == 4
    assert message in done.stderr
    assert "::error file=" in done.stdout
    assert "-secret" not in done.stdout + done.stderr


def test_a_rehearsal_does_not_run_as_superuser(run: Run, shop: Database) -> None:
    url = shop.server.url(shop.connection.database)
    done = run(ADD, "--database", url, "--role", "postgres", "--rehearse")
    assert (done.returncode, "does not run as postgres" in done.stderr) == (4, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_it_is_ended(command: Callable[..., list[str]], number: signal.Signals) -> None:
    before = left_behind()
    words = command(SLOW, "--rehearse", "--verbose")
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY, env=variables()
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "pg_sleep" in line:
            break
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
    if number == signal.SIGKILL:
        # Our own work folder has nobody left to remove it; the server and its folder are gone.
        for folder in left_behind() - before:
            if re.search(r"/schg-work-", folder):
                subprocess.run(["rm", "-rf", folder], check=True)


def test_the_shell_examples_of_the_page_run(shop: Database, tmp_path: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (REPOSITORY / "docs" / "how-to" / "plan-in-ci.md").read_text(), re.DOTALL)
    assert len(blocks) == 4
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0042_currency.sql").write_text(ADD)
    (tmp_path / "migrations" / "0042_currency.down.sql").write_text(DROP)
    schg = tmp_path / "bin" / "schg"
    schg.parent.mkdir()
    schg.write_text(f'#!/bin/sh\nexec {sys.executable} -m schemachange_operator schg "$@"\n')
    schg.chmod(0o755)
    url = f"postgresql://{shop.credentials.user}:{LOGIN_PASSWORD}@127.0.0.1:{shop.server.port}/{shop.connection.database}"
    programs = f"{schg.parent}:{find_server(shop.server.major)}:{os.environ['PATH']}"
    environment = variables(DATABASE_URL=url, PYTHONPATH=str(REPOSITORY / "operator"), PATH=programs)
    for block in blocks:
        done = subprocess.run(
            ["sh", "-euc", block], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert LOGIN_PASSWORD not in done.stdout + done.stderr
    assert "**Rehearsed** in a throw-away copy" in (tmp_path / "plan.md").read_text()
    report = PlanReport.model_validate_json((tmp_path / "plans.json").read_text())
    assert report.plans[0].plan is not None
