"""What docs/how-to/standards.md shows, is so: its policy finds what the page says, its waiver covers, its tables are complete."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemachange_operator.api.migration import Waiver
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.api.standards import Standards
from schemachange_operator.core.content import Content, ContentStep, Undo
from schemachange_operator.core.rules import known_rules
from schemachange_operator.core.rules.judging import findings
from schemachange_operator.core.sql.grammar import parse
from schemachange_operator.core.sql.kinds import classify
from unit.rules.support import SHOP, content

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "standards.md").read_text()
POLICY, WAIVERS = (yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
SPEC = SchemaPolicySpec.model_validate(POLICY["spec"])

GOOD_TABLE = (
    "CREATE TABLE notes (id bigint PRIMARY KEY, body text, created_at timestamptz NOT NULL);\nCOMMENT ON TABLE notes IS 'Notes';\n"
    "CREATE INDEX notes_body_idx ON notes (body)"
)
CASES: tuple[tuple[str, str, str], ...] = (
    (GOOD_TABLE, "", ""),
    (GOOD_TABLE.replace("notes", "note"), "naming", "Block"),
    (GOOD_TABLE.replace("notes_body_idx", "body"), "naming", "Block"),
    (GOOD_TABLE.replace("body text", "body json"), "type-not-allowed", "Warn"),
    (GOOD_TABLE.replace("body text", "at timestamp, body text"), "type-not-allowed", "Warn"),
    (GOOD_TABLE.replace(" PRIMARY KEY", ""), "missing-primary-key", "Block"),
    (GOOD_TABLE.replace(", created_at timestamptz NOT NULL", ""), "required-column", "Warn"),
    (GOOD_TABLE.replace("COMMENT ON TABLE notes IS 'Notes';", ""), "missing-comment", "Warn"),
    ("TRUNCATE letters", "forbidden-statement", "Block"),
    ("ALTER TABLE orders ALTER currency DROP NOT NULL", "drop-not-null", "Warn"),
    ("CREATE TRIGGER letters_t BEFORE UPDATE ON letters FOR EACH ROW EXECUTE FUNCTION touch()", "create-trigger", "Approve"),
)  # fmt: skip


def judged(sql: str) -> dict[str, str]:
    found = findings(content(sql), SHOP, SPEC.rules, standards=SPEC.standards)
    return {one.rule: one.severity for one in found}


@pytest.mark.parametrize(("sql", "rule", "severity"), CASES)
def test_the_policy_finds_what_the_page_says(sql: str, rule: str, severity: str) -> None:
    found = judged(sql)
    if rule:
        assert found[rule] == severity
    else:
        assert found == {}


def test_every_rule_and_statement_that_the_page_names_exists() -> None:
    rules = {one.rule.id for one in known_rules()} | {"waiver-unused"}
    assert set(SPEC.rules) <= rules
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", PAGE))
    assert named and named <= rules
    kinds = {"TRUNCATE": "TRUNCATE t", "CREATE RULE": "CREATE RULE r AS ON INSERT TO t DO NOTHING", "DROP TABLE": "DROP TABLE t",
             "GRANT": "GRANT SELECT ON t TO u"}  # fmt: skip
    assert {*SPEC.standards.forbidden_statements} <= kinds.keys()
    for kind, sql in kinds.items():
        (one,) = parse(sql)
        assert classify(one.node, one.tree).kind == kind and kind in PAGE


def test_the_table_of_standards_is_complete() -> None:
    for name in Standards.model_fields:
        alias: Any = Standards.model_fields[name].alias
        assert f"`{alias}" in PAGE


def test_nothing_is_asked_for_by_a_policy_that_says_nothing() -> None:
    rules = {
        "naming",
        "type-not-allowed",
        "required-column",
        "missing-comment",
        "forbidden-statement",
        "missing-primary-key",
    }
    found = findings(content('CREATE TABLE "T" (a money)'), SHOP)
    assert not rules & {one.rule for one in found}


def test_the_waiver_covers_the_statement_that_it_names() -> None:
    (waiver,) = (Waiver.model_validate(one) for one in WAIVERS["spec"]["waivers"])
    step = ContentStep(name="tidy", sql="DROP TABLE letters; DROP TABLE invoices", undo=Undo(not_needed="a test"))
    found = findings(Content(steps=(step,)), SHOP, waivers=(waiver,))
    assert {(one.rule, one.statement, bool(one.waived)) for one in found} >= {
        ("drop-table", 1, False),
        ("drop-table", 2, True),
    }
