"""Plain SQL as steps: where its transactions begin and end, and where every statement stands in the file."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from schemachange_operator.command.plain_sql import read_plain, rollback_parts
from schemachange_operator.core.sql import grammar
from schemachange_operator.core.sql.statement import read_statements, step_kind
from unit.rules.test_any_text import mutated

ADD, INDEX, VALID = "ALTER TABLE t ADD c int", "CREATE INDEX CONCURRENTLY i ON t (c)", "ALTER TABLE t VALIDATE CONSTRAINT v"


def steps(text: str) -> list[list[str]]:
    return [[one.text for one in read_statements(step.sql)] for step in read_plain(text).steps]


def rules(text: str) -> list[tuple[str, str, bool, str, int]]:
    return [(one.rule, one.severity, one.style, one.step, one.line) for one in read_plain(text).findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{ADD}; {VALID};", [[ADD, VALID]]),
        (f"{INDEX};", [[INDEX]]),
        (f"{ADD}; {INDEX}; {VALID}; {ADD};", [[ADD], [INDEX], [VALID], [ADD]]),
        (f"BEGIN; {ADD}; COMMIT; BEGIN; {VALID}; END;", [[ADD], [VALID]]),
        (f"START TRANSACTION ISOLATION LEVEL SERIALIZABLE; {ADD}; {VALID}; COMMIT", [[ADD, VALID]]),
        (f"{ADD}; BEGIN; {ADD}; {VALID}; COMMIT; {VALID}", [[ADD], [ADD, VALID], [VALID]]),
        (f"BEGIN; {ADD}; {INDEX}; {VALID}; COMMIT", [[ADD], [INDEX], [VALID]]),
        (f"BEGIN; {ADD}; BEGIN; {VALID}; COMMIT", [[ADD, VALID]]),
        (f"BEGIN; {ADD}; {VALID}", [[ADD, VALID]]),
        (f"{ADD}; COMMIT; {VALID}", [[ADD], [VALID]]),
        (f"SET lock_timeout = '2s'; {INDEX}; RESET lock_timeout;", [[INDEX]]),
        (f"BEGIN; {ADD}; SET LOCAL statement_timeout = 5; {VALID}; COMMIT", [[ADD, VALID]]),
        ("/* ü */ BEGIN; -- BEGIN; SELECT 1\nSELECT 1; COMMIT", [["SELECT 1"]]),
    ],
)
def test_what_commits_together_is_a_step(text: str, expected: list[list[str]]) -> None:
    assert steps(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{ADD}; {VALID}", []),
        (f"SET lock_timeout = 5; {INDEX};", []),
        (f"{ADD};\n{INDEX};", [("not-in-transaction", "Warn", True, "step-2", 1)]),
        (f"BEGIN;\n{INDEX};\nCOMMIT;", [("not-in-transaction", "Block", False, "migration", 1)]),
        (f"\nBEGIN; {ADD};", [("transaction-borders", "Warn", False, "", 2)]),
        (f"{ADD};\n\nCOMMIT;", [("transaction-borders", "Warn", False, "", 3)]),
        (f"BEGIN;\nBEGIN; {ADD}; COMMIT;", [("transaction-borders", "Warn", False, "", 2)]),
    ],
)
def test_what_is_wrong_about_transactions_is_found(text: str, expected: list[tuple[str, str, bool, str, int]]) -> None:
    assert rules(text) == expected


def test_every_statement_stands_where_the_file_has_it() -> None:
    text = f"-- {ADD}\n  BEGIN; SET lock_timeout = '1s';\n  {ADD};\n SET lock_timeout = '2\n s'; {VALID};\nCOMMIT; /* ü */ {INDEX};\n"
    one, two = read_plain(text).steps
    assert (one.line, one.begin, two.line, two.begin) == (3, 2, 6, 16)
    lines = text.splitlines()
    for step in (one, two):
        for statement in read_statements(step.sql):
            line = lines[step.line + statement.line - 2]
            assert statement.text in line
    assert lines[two.line - 1][two.begin :].startswith(INDEX)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{ADD}; {VALID}", 1),
        (f"BEGIN; {ADD}; COMMIT; {VALID}; {ADD};", 1),
        (f"{ADD}; DROP INDEX CONCURRENTLY i; {VALID}; {ADD}", 3),
        ("ALTER TABL", 1),
    ],
)
def test_a_rollback_is_as_few_pieces_as_can_be(text: str, expected: int) -> None:
    assert len(rollback_parts(text)) == expected


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(some.lists(mutated() | some.sampled_from(["BEGIN", "COMMIT", "SET lock_timeout = 1", INDEX]), min_size=1, max_size=5))
def test_no_text_is_lost_or_run_in_another_order(texts: list[str]) -> None:
    text = ";\n".join(texts)
    read = read_plain(text)
    try:
        parsed = grammar.parse(text)
    except grammar.GrammarError:
        assert [step.sql for step in read.steps] == [text]
        return
    control = {"transaction_stmt", "variable_set_stmt"}
    kept = [one.text for step in read.steps for one in grammar.parse(step.sql) if one.node not in control]
    assert kept == [one.text for one in parsed if one.node not in control]


def test_a_step_is_what_can_be_run() -> None:
    for step in read_plain(f"BEGIN; {ADD}; {INDEX}; {VALID}; COMMIT; {INDEX}; VACUUM t").steps:
        assert step_kind(read_statements(step.sql)) in {"Transaction", "Single"}
