"""What the grammar alone says of statements, as tables of statement and answer."""

import pytest

from schemachange_operator.core.errors import InvalidSql
from schemachange_operator.core.plan import LOCK_ORDER
from schemachange_operator.core.sql import grammar
from schemachange_operator.core.sql.statement import Statement, read_statements, step_kind


def one(sql: str) -> Statement:
    statements = read_statements(sql)
    assert len(statements) == 1, sql
    return statements[0]


# statement, kind, lock, relations, transactional, destructive
KNOWN = [
    ("ALTER TABLE orders ADD COLUMN note text", "ALTER TABLE", "AccessExclusive", "orders", True, False),
    ("ALTER TABLE shop.orders DROP COLUMN note", "ALTER TABLE", "AccessExclusive", "shop.orders", True, True),
    ("ALTER TABLE orders ALTER COLUMN a TYPE bigint", "ALTER TABLE", "AccessExclusive", "orders", True, True),
    ("ALTER TABLE orders ALTER COLUMN a TYPE varchar(3)", "ALTER TABLE", "AccessExclusive", "orders", True, True),
    ("ALTER TABLE orders ALTER COLUMN a TYPE text", "ALTER TABLE", "AccessExclusive", "orders", True, False),
    ("ALTER TABLE orders ALTER COLUMN a TYPE text USING left(a, 1)", "ALTER TABLE", "AccessExclusive", "orders", True, True),
    (
        "ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES c NOT VALID",
        "ALTER TABLE",
        "ShareRowExclusive",
        "a c",
        True,
        False,
    ),
    ("ALTER TABLE a ADD CONSTRAINT k CHECK (b > 0) NOT VALID", "ALTER TABLE", "AccessExclusive", "a", True, False),
    ("ALTER TABLE a VALIDATE CONSTRAINT k", "ALTER TABLE", "ShareUpdateExclusive", "a", True, False),
    ("ALTER TABLE a VALIDATE CONSTRAINT k, ADD COLUMN c int", "ALTER TABLE", "AccessExclusive", "a", True, False),
    ("ALTER TABLE a DISABLE TRIGGER USER", "ALTER TABLE", "ShareRowExclusive", "a", True, False),
    ("ALTER TABLE a DETACH PARTITION b", "ALTER TABLE", "AccessExclusive", "a b", True, False),
    (
        "ALTER TABLE a DETACH PARTITION b CONCURRENTLY",
        "ALTER TABLE DETACH PARTITION CONCURRENTLY",
        "AccessExclusive",
        "a b",
        False,
        False,
    ),
    ("ALTER TABLE a DROP CONSTRAINT k CASCADE", "ALTER TABLE", "AccessExclusive", "a", True, True),
    ("ALTER TABLE a RENAME TO b", "ALTER TABLE RENAME", "AccessExclusive", "a b", True, False),
    ("ALTER TABLE a RENAME COLUMN x TO y", "ALTER TABLE RENAME", "AccessExclusive", "a", True, False),
    ("ALTER INDEX i RENAME TO j", "ALTER INDEX RENAME", "ShareUpdateExclusive", "i j", True, False),
    ("ALTER TYPE mood ADD VALUE 'x'", "ALTER TYPE ADD VALUE", "", "", True, False),
    ("ALTER TYPE pair DROP ATTRIBUTE x", "ALTER TYPE", "", "", True, True),
    ("CREATE INDEX i ON s.a (b)", "CREATE INDEX", "Share", "s.a s.i", True, False),
    (
        "CREATE UNIQUE INDEX CONCURRENTLY i ON a (b)",
        "CREATE UNIQUE INDEX CONCURRENTLY",
        "ShareUpdateExclusive",
        "a i",
        False,
        False,
    ),
    ("DROP INDEX i", "DROP INDEX", "AccessExclusive", "i", True, False),
    ("DROP INDEX CONCURRENTLY i", "DROP INDEX CONCURRENTLY", "ShareUpdateExclusive", "i", False, False),
    ("REINDEX TABLE CONCURRENTLY a", "REINDEX TABLE CONCURRENTLY", "ShareUpdateExclusive", "a", False, False),
    ("REINDEX (CONCURRENTLY off) TABLE a", "REINDEX TABLE", "AccessExclusive", "a", True, False),
    ("REINDEX SCHEMA s", "REINDEX SCHEMA", "AccessExclusive", "", False, False),
    ("CREATE TABLE a (b int REFERENCES c)", "CREATE TABLE", "ShareRowExclusive", "a c", True, False),
    ("CREATE TABLE a PARTITION OF b DEFAULT", "CREATE TABLE PARTITION OF", "AccessExclusive", "a b", True, False),
    ("CREATE TABLE a (b int)", "CREATE TABLE", "", "a", True, False),
    ("CREATE TABLE a AS SELECT * FROM b", "CREATE TABLE AS", "AccessShare", "b a", True, False),
    ("CREATE VIEW v AS SELECT * FROM a", "CREATE VIEW", "AccessShare", "v a", True, False),
    ("DROP TABLE a, s.b", "DROP TABLE", "AccessExclusive", "a s.b", True, True),
    ("DROP VIEW v", "DROP VIEW", "AccessExclusive", "v", True, False),
    ("DROP VIEW v CASCADE", "DROP VIEW", "AccessExclusive", "v", True, True),
    ("DROP SCHEMA s", "DROP SCHEMA", "AccessExclusive", "", True, True),
    ("DROP TYPE s.mood", "DROP TYPE", "AccessExclusive", "", True, True),
    ("DROP FUNCTION f(int)", "DROP FUNCTION", "", "", True, False),
    ("DROP TRIGGER t ON s.a", "DROP TRIGGER", "AccessExclusive", "s.a", True, False),
    ("DROP POLICY p ON a", "DROP POLICY", "AccessExclusive", "a", True, False),
    ("TRUNCATE a, b CASCADE", "TRUNCATE", "AccessExclusive", "a b", True, True),
    ("DELETE FROM a USING b", "DELETE", "RowExclusive", "a b", True, True),
    ("UPDATE a SET b = 1", "UPDATE", "RowExclusive", "a", True, False),
    ("INSERT INTO a SELECT * FROM b", "INSERT", "RowExclusive", "a b", True, False),
    ("SELECT * FROM a", "SELECT", "AccessShare", "a", True, False),
    ("SELECT * FROM a FOR UPDATE", "SELECT", "RowShare", "a", True, False),
    ("WITH a AS (DELETE FROM b RETURNING *) SELECT * FROM a", "SELECT", "RowExclusive", "b", True, True),
    ("MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE", "MERGE", "RowExclusive", "a b", True, True),
    ("LOCK TABLE a IN SHARE MODE", "LOCK TABLE", "Share", "a", True, False),
    ("DO $$BEGIN PERFORM 1; END$$", "DO", "", "", True, False),
    ("DO $$BEGIN DELETE FROM a; END$$", "DO", "", "", True, True),
    (
        "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE TRIGGER",
        "ShareRowExclusive",
        "a",
        True,
        False,
    ),
    ("DO $$BEGIN EXECUTE 'drop table a'; END$$", "DO", "", "", True, True),
    ("CREATE SCHEMA s CREATE TABLE a (b int)", "CREATE SCHEMA", "", "s.a", True, False),
    ("CREATE RECURSIVE VIEW v (n) AS SELECT 1", "CREATE VIEW", "AccessShare", "v", True, False),
    ("CREATE ACCESS METHOD a TYPE TABLE HANDLER h", "CREATE AM", "", "", True, False),
    ("ALTER SCHEMA a RENAME TO b", "ALTER SCHEMA RENAME", "", "", True, False),
    ("EXPLAIN ANALYZE DELETE FROM a", "EXPLAIN", "RowExclusive", "a", True, True),
    ("COMMENT ON COLUMN s.a.b IS 'x'", "COMMENT ON COLUMN", "ShareUpdateExclusive", "s.a", True, False),
    ("VACUUM a", "VACUUM", "ShareUpdateExclusive", "a", False, False),
    ("VACUUM FULL a", "VACUUM FULL", "AccessExclusive", "a", False, False),
    ("ANALYZE a", "ANALYZE", "ShareUpdateExclusive", "a", True, False),
    ("CLUSTER", "CLUSTER", "AccessExclusive", "", False, False),
    ("CLUSTER a USING i", "CLUSTER", "AccessExclusive", "a", True, False),
    ("REFRESH MATERIALIZED VIEW CONCURRENTLY m", "REFRESH MATERIALIZED VIEW CONCURRENTLY", "Exclusive", "m", True, False),
    ("ALTER SYSTEM SET work_mem = 1", "ALTER SYSTEM", "", "", False, False),
    ("CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", "CREATE SUBSCRIPTION", "", "", False, False),
    ("GRANT SELECT ON a TO r", "GRANT", "AccessShare", "a", True, False),
    ("SET LOCAL work_mem = '1MB'", "SET LOCAL", "", "", True, False),
]


@pytest.mark.parametrize(
    ("sql", "kind", "lock", "relations", "transactional", "destructive"), KNOWN, ids=[row[0] for row in KNOWN]
)
def test_a_statement_is_known(
    sql: str, kind: str, lock: str, relations: str, transactional: bool, destructive: bool
) -> None:
    statement = one(sql)
    assert (statement.kind, statement.lock, statement.transactional) == (kind, lock, transactional)
    assert " ".join(map(str, statement.relations)) == relations
    assert statement.destructive is destructive, statement.destroys
    assert lock in LOCK_ORDER


# text, words that the message has to hold
REFUSED = [
    ("", "no statement"),
    ("  -- only a comment\n/* and another */ ;;", "no statement"),
    ("SELECT 1;\nSELEC 2", "line 2, column 1"),
    ("SELECT 'é';\n  ALTER TABEL a", "line 2, column 9"),
    ("SELECT 1 'secret'", "a literal"),
    ("SELECT 'secret with no end", "a literal"),
    ("\\d orders", "psql command"),
    ("SELECT 1;\n\\copy a from 'x'", "psql command"),
    ("SELECT 1;\0DROP TABLE a", "NUL"),
    ("SELECT '\ud800'", "Unicode"),
    ("BEGIN", "Transaction control"),
    ("SELECT 1; COMMIT", "Statement 2 (line 1): Transaction control"),
    ("ROLLBACK", "Transaction control"),
    ("SAVEPOINT a", "Transaction control"),
    ("PREPARE TRANSACTION 'a'", "Transaction control"),
    ("ROLLBACK PREPARED 'a'", "Transaction control"),
    ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "Transaction control"),
    ("COPY a FROM '/etc/passwd'", "COPY"),
    ("COPY a TO PROGRAM 'sh'", "COPY"),
    ("COPY a FROM STDIN", "COPY"),
    ("CREATE DATABASE a", "CREATE DATABASE"),
    ("DROP DATABASE a", "DROP DATABASE"),
    ("CREATE TABLESPACE a LOCATION '/x'", "CREATE TABLESPACE"),
    ("LISTEN a", "LISTEN"),
    ("SET ROLE a", "migration role"),
    ("RESET ROLE", "migration role"),
    ("SET SESSION AUTHORIZATION a", "migration role"),
    ("RESET SESSION AUTHORIZATION", "migration role"),
    ("SELECT set_config('role', 'a', true)", "migration role"),
    ("SELECT pg_catalog.set_config('lock_timeout', '0', true)", "lock_timeout"),
    ("SET lock_timeout = 0", "lock_timeout"),
    ("SET LOCAL statement_timeout TO 0", "statement_timeout"),
    ("RESET ALL", "RESET ALL"),
    ("DISCARD ALL", "DISCARD"),
    ("LOAD 'x'", "LOAD"),
]


@pytest.mark.parametrize(("sql", "words"), REFUSED, ids=[repr(row[0]) for row in REFUSED])
def test_a_statement_is_refused(sql: str, words: str) -> None:
    with pytest.raises(InvalidSql) as caught:
        read_statements(sql)
    assert words in caught.value.message
    assert "secret" not in caught.value.message
    assert "/etc/passwd" not in caught.value.message


def test_statements_keep_their_exact_text_number_and_line() -> None:
    sql = "-- é first\nSELECT 'a;b' ;\n\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;\nSELECT 2 -- end;"
    statements = read_statements(sql)
    assert [statement.text for statement in statements] == [
        "SELECT 'a;b'",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$",
        "SELECT 2 -- end;",
    ]
    assert [(statement.number, statement.line) for statement in statements] == [(1, 2), (2, 4), (3, 5)]


def test_creates_are_told_from_relations_that_exist() -> None:
    assert one("CREATE TABLE a (b int REFERENCES c)").creates == one("CREATE TABLE a (z int)").relations
    assert [str(name) for name in one("ALTER TABLE s.a RENAME TO b").creates] == ["s.b"]
    assert one("ALTER TABLE a ADD COLUMN b int").creates == ()


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("ALTER TABLE a ADD b int; UPDATE a SET b = 1", "Transaction"),
        ("CREATE INDEX CONCURRENTLY i ON a (b)", "Single"),
        ("VACUUM a", "Single"),
    ],
)
def test_the_kind_of_a_step(sql: str, kind: str) -> None:
    assert step_kind(read_statements(sql)) == kind


def test_a_statement_that_cannot_be_in_a_transaction_stands_alone() -> None:
    with pytest.raises(InvalidSql) as caught:
        step_kind(read_statements("ALTER TABLE a ADD b int;\nCREATE INDEX CONCURRENTLY i ON a (b)"))
    assert "Statement 2 (line 2, CREATE INDEX CONCURRENTLY)" in caught.value.message
    assert "step of its own" in caught.value.message


def test_ten_thousand_statements_are_read() -> None:
    assert len(read_statements("ALTER TABLE orders ADD COLUMN x int DEFAULT 5;\n" * 10_000)) == 10_000


def test_what_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(InvalidSql):
        read_statements("SELECT " + "- " * 3000 + "a")


def test_an_index_built_concurrently_needs_a_name() -> None:
    with pytest.raises(InvalidSql, match="needs the index's name"):
        read_statements("CREATE INDEX CONCURRENTLY ON orders (amount)")
    assert read_statements("CREATE INDEX ON orders (amount)")


@pytest.mark.parametrize("rest", ["", "RETURN 1"])
def test_a_function_without_a_body_in_a_string_does_not_end_the_process(rest: str) -> None:
    with pytest.raises(grammar.GrammarError):
        grammar.parse_body(f"CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql {rest}")
