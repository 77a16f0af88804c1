"""Files, folders and standard input; what a change sees of those before it."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from schemachange_operator.command.main import main
from schemachange_operator.command.report import PlanReport

CREATE, INDEX = (
    "CREATE TABLE parcels (id bigint PRIMARY KEY, weight int);",
    "CREATE INDEX parcels_weight ON parcels (weight);",
)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> PlanReport:
    code = main(["plan", *words, "--output", "json"])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    return PlanReport.model_validate_json(printed.out)


def manifest(name: str, sql: str, *after: str) -> str:
    spec = {
        "database": {"name": "orders"},
        "dependsOn": [{"name": one} for one in after],
        "migration": {"sql": sql},
        "rollback": {"notNeeded": "a test"},
    }
    return yaml.safe_dump({"kind": "SchemaChange", "metadata": {"name": name}, "spec": spec})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hazards(report: PlanReport) -> list[tuple[str, str]]:
    return [(one.change, one.rule) for one in report.findings if not one.style]


def test_a_folder_is_all_its_migrations_in_their_order(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "db" / "later").mkdir(parents=True)
    for name in ("10_c.sql", "2_b.up.sql", "1_a.sql", "later/migration.sql"):
        (folder / "db" / name).write_text("SELECT 1;")
    (folder / "db" / "1_a.down.sql").write_text("SELECT 2;")
    (folder / "db" / "2_b.down.sql").write_text("SELECT 2; SELECT 3;")
    (folder / "db" / "kustomization.yaml").write_text("kind: Kustomization\n")
    (folder / "db" / "README.md").write_text("no SQL")
    plans = run(capsys, "db").plans
    assert [one.change for one in plans] == ["1_a", "2_b", "10_c", "later/migration"]
    assert [one.plan.steps[0].undo[:24] for one in plans if one.plan][:3] == [
        "rollback of 1 statement", "rollback of 2 statements", "irreversible: no rollbac",
    ]  # fmt: skip
    assert {one.file for one in plans} == {"db/1_a.sql", "db/2_b.up.sql", "db/10_c.sql", "db/later/migration.sql"}


def test_several_files_are_planned_in_the_order_given(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "b.sql").write_text("SELECT 1;")
    (folder / "a.sql").write_text("SELECT 1;")
    (folder / "x").mkdir()
    (folder / "x" / "a.sql").write_text("DROP TABLE t;")
    report = run(capsys, "b.sql", "a.sql", "x/a.sql")
    assert [one.change for one in report.plans] == ["b", "a", "a (x/a.sql)"]
    assert hazards(report) == [("a (x/a.sql)", "drop-table")]


def test_standard_input_is_plain_sql(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"\xef\xbb\xbfDROP TABLE t;")))
    report = run(capsys, "-")
    assert [one.change for one in report.plans] == ["stdin"]
    assert report.findings[0].place.file == "-"


@pytest.mark.parametrize(
    "words", [("nothing",), ("empty",), ("a.sql", "b.sql", "--rollback", "a.sql"), ("empty", "--rollback", "a.sql"), ()]
)
def test_wrong_files_are_wrong_usage(folder: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "empty").mkdir()
    (folder / "a.sql").write_text("SELECT 1;")
    try:
        code: object = main(["plan", *words])
    except SystemExit as end:
        code = end.code
    assert code == 3
    assert capsys.readouterr().err


def test_a_change_sees_what_those_before_it_in_the_file_leave(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "one.yaml").write_text(f"{manifest('later', INDEX, 'first')}---\n{manifest('first', CREATE)}")
    report = run(capsys, "one.yaml")
    assert [(one.change, one.after) for one in report.plans] == [("first", ()), ("later", ("first",))]
    assert hazards(report) == []
    (folder / "two.yaml").write_text(manifest("later", INDEX))
    assert hazards(run(capsys, "two.yaml")) == [("later", "create-index-blocks-writes")]


def test_another_file_may_be_years_old(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "1.sql").write_text(CREATE)
    (folder / "2.sql").write_text(INDEX)
    report = run(capsys, "1.sql", "2.sql")
    assert hazards(report) == [("2", "create-index-blocks-writes")]
    assert [one.after for one in report.plans] == [(), ()]


def test_changes_that_wait_for_each_other_are_planned_all_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "one.yaml").write_text(f"{manifest('a', 'SELECT 1', 'b')}---\n{manifest('b', 'SELECT 1', 'a')}")
    assert [one.change for one in run(capsys, "one.yaml").plans] == ["a", "b"]
