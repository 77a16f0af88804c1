"""Generated rows fit what tables ask of them; a table that cannot be filled is a note."""

import pytest
from psycopg import errors

from postgres.support.database import Database
from schemachange_operator.runner.rehearsal.rows import fill_tables

FILLED = {
    "every type": """
      CREATE TYPE mood AS ENUM ('sad', 'ok');
      CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 0 AND 100);
      CREATE TABLE t (
        a smallint NOT NULL, b int NOT NULL, c bigint PRIMARY KEY, d numeric(5, 2) NOT NULL, e real NOT NULL, f float8 NOT NULL,
        g varchar(3) NOT NULL, h char(2) NOT NULL, i text NOT NULL, j boolean NOT NULL, k date NOT NULL, l time NOT NULL,
        m timestamp NOT NULL, n timestamptz NOT NULL, o interval NOT NULL, p uuid NOT NULL, q json NOT NULL, r jsonb NOT NULL,
        s bytea NOT NULL, t inet NOT NULL, u cidr NOT NULL, v macaddr NOT NULL, w mood NOT NULL, x int[] NOT NULL,
        y tstzrange NOT NULL, z bit(3) NOT NULL, aa varbit NOT NULL, bb percent NOT NULL, cc money NOT NULL,
        dd timetz NOT NULL, ee tsvector NOT NULL, ff int4range NOT NULL, gg point NOT NULL, hh name NOT NULL)""",
    "identity and generated": "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, a int, b int GENERATED ALWAYS AS (a + 1) STORED)",
    "no column": "CREATE TABLE t (id bigserial)",
    "unique text": "CREATE TABLE t (id int PRIMARY KEY, code varchar(8) UNIQUE NOT NULL)",
    "list check": "CREATE TABLE t (id int, state text NOT NULL CHECK (state IN ('open', 'it''s closed')))",
    "range check": "CREATE TABLE t (id int PRIMARY KEY, rate int NOT NULL CHECK (rate BETWEEN 500000 AND 600000))",
    "check on two columns": "CREATE TABLE t (a int, b int, CHECK (a > b))",
    "check that one is less": "CREATE TABLE t (id int PRIMARY KEY, b date NOT NULL, c date NOT NULL, CHECK (b < c))",
    "check that one is more": "CREATE TABLE t (id int PRIMARY KEY, b date NOT NULL, c date NOT NULL, CHECK (b > c))",
    "check that one is null": "CREATE TABLE t (id int, b text, c text, CHECK ((b IS NULL) <> (c IS NULL)))",
    "check that two differ": "CREATE TABLE t (a bigint NOT NULL, b bigint NOT NULL, c int DEFAULT 1, CHECK (a <> b))",
    "two checks on several": "CREATE TABLE t (a int NOT NULL, b int NOT NULL, c int, d int, CHECK (a < b), CHECK (num_nonnulls(c, d) = 1))",
    "own parent required": "CREATE TABLE t (id int PRIMARY KEY, parent int NOT NULL REFERENCES t)",
    "own parent of two columns": """
      CREATE TABLE t (a int, b text, pa int NOT NULL, pb text NOT NULL, PRIMARY KEY (a, b), FOREIGN KEY (pa, pb) REFERENCES t)""",
    "default": "CREATE TABLE t (id int, code text NOT NULL DEFAULT 'A-1' CHECK (code ~ '^[A-Z]-[0-9]$'))",
    "defaults of every sort": """
      CREATE DOMAIN state AS text DEFAULT 'new' NOT NULL; CREATE SEQUENCE q;
      CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL DEFAULT 'x%', b state, c bigint DEFAULT nextval('q'),
                      d timestamptz NOT NULL DEFAULT now(), e int[] NOT NULL DEFAULT '{}', f jsonb NOT NULL DEFAULT '{}',
                      g int DEFAULT 3 CHECK (g IN (3, 4)), h varchar(5)[] NOT NULL DEFAULT ARRAY['a'])""",
    "a default that a check alone allows": "CREATE TABLE t (a text NOT NULL DEFAULT 'A-1' CHECK (a ~ '^[A-Z]-[0-9]$'))",
    "own parent": "CREATE TABLE t (id int PRIMARY KEY, parent int REFERENCES t)",
    "two parents": """
      CREATE TABLE p (a int, b text, PRIMARY KEY (a, b)); CREATE TABLE q (id uuid PRIMARY KEY);
      CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b text NOT NULL, q uuid NOT NULL UNIQUE REFERENCES q,
                      FOREIGN KEY (a, b) REFERENCES p)""",
    "partitions": """
      CREATE TABLE t (id int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2031-01-01') TO ('2032-01-01')""",
    "a trigger that refuses": """
      CREATE TABLE t (id int PRIMARY KEY);
      CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;
      CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION no()""",
    "row security": "CREATE TABLE t (id int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY",
    "odd names": 'CREATE TABLE "t%s" ("a""b" int PRIMARY KEY, "select" text NOT NULL)',
}


CHECK_AGAIN = """
UPDATE pg_constraint SET convalidated = false WHERE contype IN ('c', 'f') AND connamespace = 'public'::regnamespace;
DO $$DECLARE k record; BEGIN
  FOR k IN SELECT o.conrelid::regclass AS relation, o.conname FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
            WHERE o.contype IN ('c', 'f') AND c.relkind = 'r' AND o.connamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', k.relation, k.conname);
  END LOOP;
END$$
"""
"""Rows go in without the checks of foreign keys: this makes them."""


@pytest.mark.parametrize("text", FILLED.values(), ids=FILLED.keys())
def test_tables_are_filled(database: Database, text: str) -> None:
    database.as_owner(text)
    relation = "public.t%s" if "t%s" in text else "public.t"
    rows, notes = fill_tables(database.superuser, [relation], 30)
    assert notes == ()
    assert rows
    assert min(rows.values()) >= 1
    name = '"t%s"' if "t%s" in text else "t"
    assert database.value(f"SELECT count(*) FROM {name}") >= 10
    database.superuser.execute(CHECK_AGAIN)


def test_half_of_the_rows_have_another_value_than_the_default(database: Database) -> None:
    database.as_owner(
        "CREATE TABLE t (id int, a text NOT NULL DEFAULT 'x', b boolean DEFAULT false, c int[] NOT NULL DEFAULT '{}')"
    )
    fill_tables(database.superuser, ["public.t"], 30)
    for condition in ("a = 'x'", "c = '{}'"):
        assert database.value(f"SELECT count(*) FROM t WHERE {condition}") == 15
    assert database.value("SELECT count(DISTINCT b) FROM t") == 2


def test_the_check_made_again_finds_an_orphan(database: Database) -> None:
    database.as_owner("CREATE TABLE t (id int PRIMARY KEY, parent int REFERENCES t)")
    with database.superuser.transaction():
        database.superuser.execute("SET LOCAL session_replication_role = replica; INSERT INTO t VALUES (1, 2)")
    with pytest.raises(errors.ForeignKeyViolation):
        database.superuser.execute(CHECK_AGAIN)


def test_foreign_keys_hold(database: Database) -> None:
    database.as_owner(FILLED["two parents"])
    rows, _ = fill_tables(database.superuser, ["public.t"], 30)
    assert rows == {"public.p": 30, "public.q": 30, "public.t": 30}
    assert database.value("SELECT count(*) FROM t JOIN p USING (a, b) JOIN q ON q.id = t.q") == 30


def test_a_table_that_cannot_be_filled_is_a_note(database: Database) -> None:
    database.as_owner("CREATE TABLE t (a int NOT NULL CHECK (a * a = 2)); CREATE TABLE u (id int)")
    rows, notes = fill_tables(database.superuser, ["public.t", "public.u"], 30)
    assert rows == {"public.t": 0, "public.u": 30}
    assert len(notes) == 1
    assert notes[0].startswith("public.t could not be filled")


def test_no_rows_are_wanted(database: Database) -> None:
    database.as_owner("CREATE TABLE t (a int)")
    assert fill_tables(database.superuser, ["public.t"], 0) == ({}, ())
