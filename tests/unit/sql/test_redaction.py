"""No literal of data survives; the schema's own words do."""

import pytest

from schemachange_operator.core.sql.redaction import redact

TABLE = [
    (
        "INSERT INTO a VALUES ('secret', 42, 1.5, b'101', E'secret\\n', U&'secret', $$secret$$)",
        "INSERT INTO a VALUES (?, ?, ?, ?, ?, ?, ?)",
    ),
    ("ALTER TABLE a ADD b varchar(20) DEFAULT 'secret'", "ALTER TABLE a ADD b varchar(20) DEFAULT ?"),
    ("ALTER TABLE a ADD b numeric(10, 2) DEFAULT 42", "ALTER TABLE a ADD b numeric(10, 2) DEFAULT ?"),
    ("CREATE ROLE a PASSWORD 'secret'", "CREATE ROLE a PASSWORD ?"),
    ("SELECT 1 -- secret\n/* secret */ + 2", "SELECT ?\n + ?"),
    ("DO $x$BEGIN PERFORM 'secret'; END$x$", "DO $x$\nBEGIN PERFORM ?; END\n$x$"),
    (
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'secret' $$",
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$\nSELECT ?\n$$",
    ),
    (
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT secret'",
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS ?",
    ),
    ("COMMENT ON TABLE a IS 'secret'", "COMMENT ON TABLE a IS ?"),
    ("SELECT 'secret without an end", "?"),
    ("SELECT é, 'secret é' FROM ü", "SELECT é, ? FROM ü"),
]


@pytest.mark.parametrize(("text", "redacted"), TABLE, ids=[row[0][:40] for row in TABLE])
def test_literals_are_removed(text: str, redacted: str) -> None:
    assert redact(text) == redacted
    assert "secret" not in redact(text)
