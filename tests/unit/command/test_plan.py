"""`schg plan` without a database: what it prints, where it points, how it ends."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from schemachange_operator.command import main as command
from schemachange_operator.command.main import main
from schemachange_operator.command.report import PlanReport, ReportedFinding
from unit.command.samples import GOOD, MANIFEST

Answer = tuple[int, str, str]
Plan = Callable[..., Answer]
HARMLESS = "ALTER TABLE orders ADD COLUMN x int;\n"
NARROWER = "ALTER TABLE orders ALTER total TYPE integer;\n"
DESTRUCTIVE = "SELECT 1;\n\nDROP TABLE notes;\n"


@pytest.fixture
def plan(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.chdir(tmp_path)

    def run(text: str, *options: str, file: str = "change.sql") -> Answer:
        (tmp_path / file).write_text(text)
        try:
            code = main(["plan", file, *options])
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (HARMLESS, (), 0),
        (DESTRUCTIVE, (), 0),
        (DESTRUCTIVE, ("--fail-on", "approve"), 0),
        (NARROWER, ("--fail-on", "approve"), 1),
        (DESTRUCTIVE, ("--fail-on", "warn"), 1),
        ("SELECT 1;\nALTER TABL x;", (), 2),
        ("BEGIN; SELECT 1; COMMIT;", (), 0),
        ("BEGIN; SELECT 1; ROLLBACK;", (), 2),
        ("SAVEPOINT a;", (), 2),
        ("\\set x 1\nSELECT 1;", (), 2),
        ("CREATE INDEX CONCURRENTLY i ON t (c); SELECT 1;", (), 0),
        ("BEGIN; CREATE INDEX CONCURRENTLY i ON t (c); COMMIT;", (), 1),
        ("SET lock_timeout = '2s'; SET LOCAL statement_timeout = 0; SELECT 1;", (), 0),
        ("SET ROLE somebody;", (), 2),
        ("-- nothing", (), 2),
        (HARMLESS, ("--fail-on", "never"), 3),
        (HARMLESS, ("--rehearse",), 3),
        (HARMLESS, ("--server-binaries", "/x"), 3),
        (HARMLESS, ("--rollback", "missing.sql"), 3),
        (HARMLESS, ("--policy", "change.sql"), 3),
        (HARMLESS, ("--unknown",), 3),
        (HARMLESS, ("--help",), 0),
        (HARMLESS, ("--database", "postgresql://u:the-secret@127.0.0.1:9/x"), 4),
        (HARMLESS, ("--database", "postgresql://u:the%secret@127.0.0.1:9/x"), 3),
        (HARMLESS, ("--database", "postgresql://u:the-secret@127.0.0.1:9/x?options=-cx"), 3),
        (HARMLESS, ("--database", "postgresql://u:the-secret@127.0.0.1:x/x"), 3),
        (HARMLESS, ("--database", "postgresql://u:the-secret@a,b/x"), 3),
    ],
)
def test_the_exit_code_says_how_it_ended_and_no_password_is_printed(
    plan: Plan, text: str, options: tuple[str, ...], code: int
) -> None:
    for output in command.FORMATS:
        ended, printed, complained = plan(text, "--output", output, *options)
        assert ended == code, complained
        assert "secret" not in printed + complained
        assert bool(complained) == (code >= 2)


def test_an_error_points_to_line_and_column(plan: Plan) -> None:
    _, printed, complained = plan("SELECT 1;\n  ALTER TABL x;\n", "--output", "json")
    (finding,) = PlanReport.model_validate_json(printed).findings
    assert (finding.rule, finding.severity) == ("invalid-sql", "Block")
    assert (finding.place.file, finding.place.line, finding.place.column) == ("change.sql", 2, 9)
    assert complained.startswith("change.sql:2:9: ")


def test_no_rollback_is_said(plan: Plan) -> None:
    assert "There is no rollback (--rollback FILE): whether it can be undone was not looked at." in plan(HARMLESS)[1]
    (Path("back.sql")).write_text("ALTER TABLE orders DROP COLUMN x;")
    assert "rollback of 1 statement" in plan(HARMLESS, "--rollback", "back.sql")[1]


def test_a_plan_without_rehearsal_says_so(plan: Plan) -> None:
    _, printed, _ = plan(HARMLESS)
    assert "**Neither analysed nor rehearsed**" in printed
    assert "Not known without a rehearsal." in printed
    assert "in the rehearsal |" not in printed
    assert (
        "| 1 | `ALTER TABLE orders ADD COLUMN x int` | AccessExclusive on `orders` | reads and writes of `orders` |"
        in printed
    )


def places(printed: str) -> set[tuple[str, str, int, int]]:
    findings = PlanReport.model_validate_json(printed).findings
    return {(one.rule, one.step, one.place.line, one.place.column) for one in findings}


def test_findings_of_a_manifest_point_into_its_file(plan: Plan) -> None:
    code, printed, _ = plan(MANIFEST, "--output", "json", file="change.yaml")
    assert code == 2
    # The faulty rollback stands in the ConfigMap, line 7; the expression inside its quotes, line 31, and ends too early.
    assert places(printed) == {("invalid-sql", "drop", 7, 11), ("invalid-sql", "fill", 31, 24)}
    code, printed, _ = plan(GOOD, "--output", "json", file="change.yaml")
    assert code == 0
    assert places(printed) == {
        ("drop-table", "drop", 22, 11), ("drop-table", "inline", 26, 14)
    }  # fmt: skip
    (one,) = PlanReport.model_validate_json(printed).plans
    assert one.plan is not None
    assert (one.change, one.why, [step.kind for step in one.plan.steps]) == (
        "orders-note", "note has moved", ["Transaction", "Transaction", "Backfill"],
    )  # fmt: skip


def test_a_config_map_may_stand_in_a_file_beside(plan: Plan) -> None:
    config_map, change = GOOD.split("---\n")
    code, _, complained = plan(change, "--output", "json", file="change.yaml")
    assert (code, "there is no ConfigMap texts" in complained) == (2, True)
    Path("texts.yml").write_text(config_map)
    Path("broken.yml").write_text("{")
    assert plan(change, file="change.yaml")[0] == 0
    Path("texts.yml").write_text(config_map.replace("DROP TABLE y", "DROP TABL y"))
    code, printed, _ = plan(change, "--output", "github", file="change.yaml")
    assert (code, "file=texts.yml,line=7,col=10" in printed) == (2, True)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: [1", (1, 6), "not YAML"),
        (GOOD.replace("      - name: drop\n", "      - name: Drop It\n"), (18, 15), "pattern"),
        (GOOD.replace("notNeeded: goes with drop", ""), (32, 19), "exactly one of sql, sqlFrom, notNeeded, irreversible"),
        (GOOD.replace("key: back.sql", "key: other.sql"), (24, 20), "has no key other.sql"),
    ],
)
def test_a_manifest_that_is_none_is_refused_at_its_place(
    plan: Plan, text: str, place: tuple[int, int], message: str
) -> None:
    code, printed, _ = plan(text, "--output", "json", file="change.yaml")
    (finding,) = PlanReport.model_validate_json(printed).findings
    assert (code, finding.rule) == (2, "invalid-manifest")
    assert message in finding.message
    assert (finding.place.line, finding.place.column) == place


def test_a_policy_is_read(plan: Plan) -> None:
    Path("policy.yaml").write_text("kind: SchemaPolicy\nmetadata: {name: strict}\nspec: {rehearsal: {rows: 10}}\n")
    assert plan(HARMLESS, "--policy", "policy.yaml")[0] == 0
    Path("policy.yaml").write_text("kind: SchemaPolicy\nmetadata: {name: strict}\nspec: {rehearsal: {rows: -1}}\n")
    code, _, complained = plan(HARMLESS, "--policy", "policy.yaml")
    assert (code, "spec.rehearsal.rows" in complained) == (3, True)


def test_tables_of_the_change_itself_hold_nobody_up(plan: Plan) -> None:
    made = "CREATE TABLE bills (id int REFERENCES orders);\nCREATE INDEX a ON bills (id);\nALTER TABLE bills ADD x int;\n"
    _, printed, _ = plan(made)
    assert "writes to `orders` are foretold to wait" in printed and "ShareRowExclusive on `orders` |" in printed
    assert "`bills`" not in printed.partition("## 3 statements")[2].partition("## The SQL")[0]
    _, printed, _ = plan("ALTER TABLE orders RENAME TO bills;\n")
    assert "reads and writes of `orders`" in printed


def test_backups_and_approvals_are_those_of_the_policy(plan: Plan) -> None:
    policy = "kind: SchemaPolicy\nmetadata: {name: p}\nspec: {approvals: {destructiveCount: 3}, backup: {requiredFor: %s}}\n"
    for asked, steps in (("[Destructive]", ("drop", "inline")), ("[DataChanges]", ("drop", "inline", "fill"))):
        Path("policy.yaml").write_text(policy % asked)
        printed = plan(GOOD, "--policy", "policy.yaml", file="change.yaml")[1]
        assert [one for one in ("drop", "inline", "fill") if f"**Back up** what step `{one}`" in printed] == [*steps]
        assert "**Review**: 3 people" in printed
        report = plan(GOOD, "--policy", "policy.yaml", "--output", "json", file="change.yaml")[1]
        assert PlanReport.model_validate_json(report).plans[0].backups == steps


def test_github_escapes_what_means_something(plan: Plan) -> None:
    _, printed, _ = plan(DESTRUCTIVE, "--output", "github", file="50%,a:b.sql")
    (warned,) = printed.splitlines()
    assert warned.startswith("::notice file=50%25%2Ca%3Ab.sql,line=3,col=1,title=drop-table::public.notes is dropped")


def test_what_destroys_is_said_once_and_where_no_rule_does(plan: Plan) -> None:
    assert [one.rule for one in found(plan, DESTRUCTIVE)] == ["drop-table"]
    assert "destructive" in {one.rule for one in found(plan, NARROWER)}
    both = found(plan, f"{NARROWER}DROP TABLE a;")
    assert [(one.rule, one.statement) for one in both if one.rule in {"destructive", "drop-table"}] == [
        ("drop-table", 2), ("destructive", 1),
    ]  # fmt: skip


def found(plan: Plan, text: str, *options: str, file: str = "change.sql") -> tuple[ReportedFinding, ...]:
    return PlanReport.model_validate_json(plan(text, "--output", "json", *options, file=file)[1]).findings


def test_sarif_has_its_shape(plan: Plan) -> None:
    _, printed, _ = plan(MANIFEST, "--output", "sarif", file="a change.yaml")
    log = json.loads(printed)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert run["tool"]["driver"]["name"] == "schg"
    assert run["invocations"][0]["executionSuccessful"] is True
    assert run["results"]
    for result in run["results"]:
        assert result["level"] in {"error", "warning", "note", "none"}
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"]["uri"] == "a%20change.yaml"
        assert all(physical["region"][member] >= 1 for member in ("startLine", "startColumn"))


def test_an_error_that_nobody_foresaw_shows_no_values(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("the-secret")

    monkeypatch.setattr(command, "make_report", fail)
    code, printed, complained = plan(HARMLESS)
    assert (code, printed) == (70, "")
    assert "ValueError" in complained
    assert "secret" not in complained
