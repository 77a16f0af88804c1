"""What a policy's design standards find, each by a table of statements that keep to it and statements that do not."""

from typing import Any

import pytest
from pydantic import ValidationError

from schemachange_operator.api.patterns import matches
from schemachange_operator.api.standards import NamingRules, Standards
from unit.rules.support import found

CONVENTION = {
    "naming": {
        "schemas": "[a-z]+", "tables": "[a-z][a-z0-9_]*s", "views": "v_.*", "columns": "[a-z][a-z0-9_]*",
        "indexes": "{table}_{columns}_idx", "primaryKeys": "{table}_pkey", "uniqueConstraints": "{table}_{columns}_key",
        "foreignKeys": "{table}_{columns}_fkey", "checks": "{table}_.*", "exclusions": "{table}_.*_excl", "sequences": ".*_seq",
        "functions": "[a-z_]+", "triggers": "{table}_.*|t_.*", "types": ".*_t", "policies": "p_.*",
    }
}  # fmt: skip

NAMES: tuple[tuple[str, str], ...] = (
    ("CREATE SCHEMA Sales2", "sales2"),
    ("CREATE TABLE document (id int)", "document"),
    ("CREATE TABLE documents (\"Id\" int)", "Id"),
    ("CREATE TABLE documents AS SELECT 1", ""),
    ("CREATE TABLE document AS SELECT 1", "document"),
    ("CREATE VIEW names AS SELECT 1", "names"),
    ("CREATE MATERIALIZED VIEW names AS SELECT 1", "names"),
    ("ALTER TABLE orders ADD COLUMN \"X\" int", "X"),
    ("ALTER TABLE orders RENAME note TO \"N\"", "N"),
    ("ALTER TABLE orders RENAME TO the_order", "the_order"),
    ("CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note)", ""),
    ("CREATE INDEX CONCURRENTLY note_idx ON orders (note)", "note_idx"),
    ("CREATE INDEX CONCURRENTLY ON orders (note)", ""),
    ("ALTER TABLE orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers NOT VALID", ""),
    ("ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customers NOT VALID", "fk"),
    ("CREATE TABLE ts (a int CONSTRAINT k UNIQUE)", "k"),
    ("CREATE TABLE ts (a int CONSTRAINT ts_a_key UNIQUE)", ""),
    ("CREATE TABLE ts (a int, CONSTRAINT k PRIMARY KEY (a))", "k"),
    ("CREATE TABLE ts (a int, CONSTRAINT positive CHECK (a > 0))", "positive"),
    ("CREATE SEQUENCE numbers", "numbers"),
    ("CREATE FUNCTION \"F\"() RETURNS int LANGUAGE sql AS 'SELECT 1'", "F"),
    ("CREATE TRIGGER x BEFORE UPDATE ON letters FOR EACH ROW EXECUTE FUNCTION touch()", "x"),
    ("CREATE TYPE colour AS ENUM ('red')", "colour"),
    ("CREATE DOMAIN colour AS text", "colour"),
    ("CREATE TYPE pair AS (a int)", "pair"),
    ("CREATE POLICY everybody ON letters USING (true)", "everybody"),
    ("DO $$ BEGIN CREATE TABLE document (id int); END $$", "document"),
)  # fmt: skip


def messages(sql: str, standards: dict[str, Any], rule: str) -> list[str]:
    read = Standards.model_validate(standards)
    return [one.message for one in found(sql, standards=read) if one.rule == rule]


@pytest.mark.parametrize(("sql", "name"), NAMES)
def test_names(sql: str, name: str) -> None:
    complaints = messages(sql, CONVENTION, "naming")
    assert [one.split(" ")[0] for one in complaints] == ([name] if name else [])


@pytest.mark.parametrize("pattern", ["(", "(?=a)", r"(a)\1", "a{2,1}"])
def test_what_is_no_pattern_is_refused_when_the_policy_is_read(pattern: str) -> None:
    with pytest.raises(ValidationError, match="regular expression"):
        NamingRules(tables=pattern)


def test_a_pattern_is_matched_in_linear_time_and_against_the_whole_name() -> None:
    assert not matches("(a+)+", "a" * 100_000 + "!")
    assert not matches("[a-z]+", "abc\n") and not matches("b", "abc") and matches("a|abc", "abc")
    assert matches("{table}_x", "a.b_x", "a.b") and not matches("{table}_x", "aXb_x", "a.b")


TYPES: tuple[tuple[str, dict[str, list[str]], list[str]], ...] = (
    ("CREATE TABLE t (a varchar(5), b text)", {"forbidden": ["varchar"]}, ["a"]),
    ("CREATE TABLE t (a character varying, b text)", {"forbidden": ["varchar"]}, ["a"]),
    ("CREATE TABLE t (a int, b bigserial, c integer[])", {"allowed": ["integer"]}, ["b"]),
    ("CREATE TABLE t (a timestamp, b timestamptz)", {"forbidden": ["timestamp without time zone"]}, ["a"]),
    ("ALTER TABLE orders ADD COLUMN a money", {"forbidden": ["money"]}, ["a"]),
    ("ALTER TABLE orders ALTER note TYPE varchar(9)", {"allowed": ["text"]}, ["note"]),
    ("CREATE TABLE t (a mood)", {"allowed": ["text", "mood"]}, []),
    ("CREATE TABLE t (a mood)", {}, []),
)


@pytest.mark.parametrize(("sql", "types", "columns"), TYPES)
def test_types(sql: str, types: dict[str, list[str]], columns: list[str]) -> None:
    assert [one.split(" ")[0] for one in messages(sql, {"types": types}, "type-not-allowed")] == columns


AUDIT = {"requiredColumns": [{"name": "id"}, {"name": "created_at", "type": "timestamptz", "notNull": True}]}
COLUMNS = (
    ("CREATE TABLE t (id bigint PRIMARY KEY, created_at timestamptz NOT NULL)", ""),
    ("CREATE TABLE t (id bigint, created_at timestamptz(3), PRIMARY KEY (id, created_at))", ""),
    ("CREATE TABLE t (created_at timestamptz NOT NULL)", "no column id"),
    ("CREATE TABLE t (id bigint, created_at date NOT NULL)", "not as timestamptz"),
    ("CREATE TABLE t (id bigint, created_at timestamptz)", "without NOT NULL"),
    ("CREATE TABLE t (LIKE orders INCLUDING ALL)", ""),
    ("CREATE TABLE t PARTITION OF events FOR VALUES FROM ('2030-01-01') TO ('2031-01-01')", ""),
    ("CREATE TEMP TABLE t (a int)", ""),
)


@pytest.mark.parametrize(("sql", "complaint"), COLUMNS)
def test_required_columns(sql: str, complaint: str) -> None:
    complaints = messages(sql, AUDIT, "required-column")
    assert len(complaints) == bool(complaint)
    assert complaint in "".join(complaints)


COMMENTS = (
    ("CREATE TABLE t (a int)", ["public.t", "public.t.a"]),
    ("CREATE TABLE t (a int);\nCOMMENT ON COLUMN t.a IS 'x'", ["public.t"]),
    ("CREATE TABLE t (a int);\n-- next step\nCOMMENT ON TABLE public.t IS 'x'", ["public.t.a"]),
    ("CREATE TABLE t (a int);\nCOMMENT ON TABLE t IS NULL", ["public.t", "public.t.a"]),
    ("ALTER TABLE orders ADD COLUMN b int", ["public.orders.b"]),
    ("ALTER TABLE orders ADD COLUMN b int;\nCOMMENT ON COLUMN orders.b IS 'x'", []),
)


@pytest.mark.parametrize(("sql", "without"), COMMENTS)
def test_comments(sql: str, without: list[str]) -> None:
    complaints = messages(sql, {"comments": ["Tables", "Columns"]}, "missing-comment")
    assert [one.split(" ")[0] for one in complaints] == without


def test_forbidden_statements_stop_the_change() -> None:
    standards = Standards(forbidden_statements=("truncate",))
    assert "forbidden-statement" in {one.rule for one in found("TRUNCATE letters", standards=standards)}
    assert "forbidden-statement" not in {one.rule for one in found("CREATE TABLE t ()", standards=standards)}
