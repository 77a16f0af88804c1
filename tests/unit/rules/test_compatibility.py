"""What Additive, Expand, Contract and Breaking may hold."""

import pytest

from schemachange_operator.core.rules import known_rules
from unit.rules.support import found

WORDS = ("Additive", "Expand", "Contract", "Breaking")
CASES: tuple[tuple[str, str, str], ...] = (
    # statement, rule, the words under which it finds something
    ("ALTER TABLE orders DROP COLUMN note", "removes", "Additive Expand"),
    ("DROP TABLE letters", "removes", "Additive Expand"),
    ("DROP VIEW customer_names", "removes", "Additive Expand"),
    ("TRUNCATE letters", "removes", "Additive Expand"),
    ("DROP SEQUENCE tickets", "removes", "Additive Expand"),
    ("DROP SCHEMA archive", "removes", "Additive Expand"),
    ("ALTER TABLE orders RENAME note TO n", "breaks", "Additive Expand Contract"),
    ("ALTER TABLE orders RENAME TO o", "breaks", "Additive Expand Contract"),
    ("ALTER TABLE orders RENAME TO o;\nCREATE VIEW orders AS SELECT * FROM o", "breaks", ""),
    ("ALTER TABLE orders ALTER quantity TYPE bigint", "breaks", "Additive Expand Contract"),
    ("ALTER TABLE customers ALTER email TYPE varchar(50)", "breaks", "Additive Expand Contract"),
    ("ALTER TABLE customers ALTER email TYPE text", "breaks", ""),
    ("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'", "breaks", "Additive Expand Contract"),
    ("ALTER TABLE orders ALTER note SET NOT NULL", "tightens", "Additive"),
    ("ALTER TABLE orders ADD CHECK (total > 0) NOT VALID", "tightens", "Additive"),
    ("CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch()", "tightens", "Additive"),
    ("UPDATE orders SET note = 'x' WHERE id = 1", "tightens", "Additive"),
    ("ALTER TABLE orders ADD a text;\nALTER TABLE orders ALTER a SET NOT NULL", "tightens", ""),
    ("ALTER TABLE orders ADD a text;\nALTER TABLE orders DROP a", "removes", ""),
    ("CREATE TABLE t (a int);\nALTER TABLE t RENAME a TO b;\nDROP TABLE t", "removes", ""),
)


@pytest.mark.parametrize(("sql", "rule", "words"), CASES)
def test_a_word_is_a_promise(sql: str, rule: str, words: str) -> None:
    broken = [word for word in WORDS if f"compatibility-{rule}" in {one.rule for one in found(sql, compatibility=word)}]
    assert broken == words.split()


def test_a_change_that_says_nothing_promises_nothing() -> None:
    for sql, _, _ in CASES:
        assert not [one for one in found(sql) if one.rule.startswith("compatibility-")]


def test_a_broken_promise_stops_the_change_and_a_tightened_one_is_shown() -> None:
    severities = {one.rule.id: one.rule.severity for one in known_rules() if one.rule.id.startswith("compatibility-")}
    assert severities == {
        "compatibility-breaks": "Block",
        "compatibility-removes": "Block",
        "compatibility-tightens": "Warn",
    }
