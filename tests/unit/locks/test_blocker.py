"""Who is in the way, in words without data, and who may be ended for it."""

from dataclasses import replace
from typing import Any

import pytest

from schemachange_operator.api.policy import BlockerRule
from schemachange_operator.core.blocker import Blocker, rule_for, sentences

REPORT = Blocker(
    7, "report", "nightly", "idle in transaction", 90, "SELECT * FROM orders WHERE card = '4111'", "client backend"
)


def test_it_is_told_without_data() -> None:
    text = REPORT.sentence()
    assert text == (
        "pid 7, user report (nightly), idle in transaction since 90 s, last query: SELECT * FROM orders WHERE card = ?"
    )


WORDS: list[tuple[dict[str, Any], str]] = [
    ({"state": "active"}, "pid 7, user report (nightly), active since 90 s, query: SELECT"),
    ({"query": "SELECT 'never closed"}, "since 90 s, last query: ?"),
    ({"query": "SELECT " + "a, " * 200}, "…"),
    ({"backend_type": "autovacuum worker", "user": "", "state": "active"}, "pid 7 (nightly), autovacuum worker, active"),
    ({"backend_type": "", "state": "", "seconds": None, "query": "<insufficient privilege>"}, "GRANT pg_read_all_stats"),
    ({"pid": 0}, "a prepared transaction"),
]


@pytest.mark.parametrize(("changes", "words"), WORDS)
def test_words(changes: dict[str, Any], words: str) -> None:
    text = replace(REPORT, **changes).sentence()
    assert words in text
    assert "4111" not in text
    assert len(text) < 300


def test_nobody_is_said() -> None:
    assert sentences([]) == "nobody that could be seen"
    assert sentences([REPORT, REPORT]).count("pid 7") == 2


MATCHES: list[tuple[dict[str, Any], bool]] = [
    ({"user": "report"}, True),
    ({"applicationName": "nightly"}, True),
    ({"user": "report", "applicationName": "nightly", "state": "idle in transaction", "olderThanSeconds": 90}, True),
    ({"user": "report", "applicationName": "other"}, False),
    ({"user": "reporter"}, False),
    ({"user": "report", "state": "active"}, False),
    ({"user": "report", "olderThanSeconds": 91}, False),
    ({"state": "idle in transaction"}, False),
    ({}, False),
]


@pytest.mark.parametrize(("rule", "wanted"), MATCHES)
def test_a_rule_names_whom_it_ends(rule: dict[str, Any], wanted: bool) -> None:
    assert (rule_for(REPORT, [BlockerRule.model_validate(rule)]) is not None) == wanted


NEVER: list[dict[str, Any]] = [
    {"backend_type": "walsender"},
    {"backend_type": "autovacuum worker"},
    {"backend_type": ""},
    {"pid": 0},
    {"ours": True},
    {"seconds": None},
]


@pytest.mark.parametrize("changes", NEVER)
def test_some_are_never_ended(changes: dict[str, Any]) -> None:
    rule = BlockerRule(user="report")
    assert rule_for(REPORT, [rule]) is rule
    assert rule_for(replace(REPORT, **changes), [rule]) is None


def test_the_first_rule_counts() -> None:
    rules = [BlockerRule(user="other"), BlockerRule(user="report", action="Terminate"), BlockerRule(user="report")]
    assert rule_for(REPORT, rules) is rules[1]
