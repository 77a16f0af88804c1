"""The throw-away copy of a schema is the target's schema, object by object."""

from pathlib import Path

from psycopg import sql

from postgres.support.database import Database
from postgres.support.planning import Planning
from schemachange_operator.core.snapshot import difference
from schemachange_operator.runner.analysis.facts import SNAPSHOT, read_facts, read_snapshot
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.output import Output
from schemachange_operator.runner.rehearsal.course import build, snapshot
from schemachange_operator.runner.rehearsal.views import populate_views
from testcluster.servers import Server

SCHEMA = """
CREATE SCHEMA shop AUTHORIZATION app_owner;
GRANT USAGE ON SCHEMA shop TO copy_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA shop GRANT SELECT ON TABLES TO copy_reader;
SET ROLE app_owner;
SET search_path = shop;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN amount AS numeric(10, 2) CHECK (VALUE >= 0);
CREATE TABLE customers (id bigint PRIMARY KEY, name text COLLATE "C" NOT NULL, email text UNIQUE);
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE,
  gone int, note text DEFAULT 'none', total amount NOT NULL, feeling mood, twice numeric GENERATED ALWAYS AS (total * 2) STORED,
  CONSTRAINT dear CHECK (total > 1) NOT VALID) WITH (fillfactor = 80);
ALTER TABLE orders DROP COLUMN gone;
ALTER TABLE orders ALTER note SET STATISTICS 300, ALTER note SET STORAGE EXTERNAL, REPLICA IDENTITY FULL;
CREATE INDEX orders_note ON orders (lower(note)) WHERE note IS NOT NULL;
COMMENT ON COLUMN orders.note IS 'what the customer says';
CREATE VIEW dear WITH (security_barrier) AS SELECT id FROM orders WHERE total > 100;
CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY 1;
CREATE MATERIALIZED VIEW all_totals AS SELECT sum(total) AS total FROM totals;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = shop AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE orders DISABLE TRIGGER touch;
CREATE STATISTICS orders_both ON customer_id, note FROM orders;
CREATE TABLE events (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE events_2 PARTITION OF events DEFAULT;
CREATE INDEX ON events (id);
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON customers TO copy_reader USING (name = current_user);
GRANT SELECT (id), UPDATE (name) ON customers TO copy_reader;
CREATE AGGREGATE longest (text) (SFUNC = textcat, STYPE = text);
RESET ROLE;
CREATE FUNCTION shop.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION shop.watch();
CREATE PUBLICATION everything FOR ALL TABLES;
CREATE PUBLICATION customers_only FOR TABLE shop.customers;
CREATE FOREIGN DATA WRAPPER far;
CREATE SERVER far FOREIGN DATA WRAPPER far;
CREATE USER MAPPING FOR app_owner SERVER far OPTIONS (password 'mapping-secret');
GRANT USAGE ON FOREIGN SERVER far TO app_owner;
GRANT copy_reader TO app_owner;
"""


def test_the_copy_is_the_target(database: Database, throwaway: Server, tmp_path: Path) -> None:
    database.superuser.execute("CREATE ROLE copy_reader")
    try:
        database.superuser.execute(SCHEMA)
        planning = Planning(
            database, throwaway, tmp_path, [{"name": "nothing", "sql": "SELECT 1", "undo": {"sql": "SELECT 1"}}]
        )
        assert planning.run("analyse").outcome == "Done"
        environment = Environment(planning.request(), planning.content, None, planning.folders, Output(planning.log))
        built = build(environment, read_facts(planning.folders.work), 100)
        target, copy = read_snapshot(planning.folders.work, SNAPSHOT), snapshot(environment)
        # Settings of the database itself are not part of a dump.
        assert [one.sentence() for one in difference(target, copy)] == []
        assert (built.rows, built.notes) == ({}, ())
        assert len(target["column"]) > 20
    finally:
        database.superuser.execute("DROP EVENT TRIGGER IF EXISTS watch; DROP OWNED BY copy_reader; DROP ROLE copy_reader")


def test_a_view_that_cannot_be_populated_is_a_note(database: Database) -> None:
    database.as_owner(
        "CREATE MATERIALIZED VIEW good AS SELECT 1 AS a WITH NO DATA;"
        " CREATE MATERIALIZED VIEW bad AS SELECT a / (a - 1) AS a FROM good WITH NO DATA"
    )
    (note,) = populate_views(database.superuser)
    assert note.startswith("public.bad could not be populated: division by zero")
    assert database.value("SELECT a FROM good") == 1


def test_a_database_with_its_own_locale_is_copied_with_it(database: Database, throwaway: Server, tmp_path: Path) -> None:
    name = sql.Identifier("with_locale")
    database.superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
    database.superuser.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE template0 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' OWNER app_owner").format(name)
    )
    try:
        planning = Planning(
            database, throwaway, tmp_path, [{"name": "make", "sql": "CREATE SCHEMA x", "undo": {"sql": "DROP SCHEMA x"}}]
        )
        planning.members["connection"] = database.connection.model_copy(update={"database": "with_locale"})
        assert planning.planned()[0].reason == "PlanReady"
        assert planning.events("locale_not_available") == []
    finally:
        database.superuser.execute(sql.SQL("DROP DATABASE {}").format(name))
