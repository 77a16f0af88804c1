"""The snapshot sees each attribute of each kind of object: one row for each, and no attribute without a row."""

from collections.abc import Iterator

import pytest

from postgres.support.database import Database
from schemachange_operator.core.snapshot import difference
from schemachange_operator.postgres.catalog import KINDS, take_physical, take_snapshot
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

SCHEMA = """
DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_reader') THEN CREATE ROLE app_reader; END IF; END$$;
CREATE SCHEMA shop AUTHORIZATION app_owner;
CREATE SCHEMA more AUTHORIZATION app_owner;
CREATE FOREIGN DATA WRAPPER far;
CREATE SERVER far_server FOREIGN DATA WRAPPER far OPTIONS (host 'a');
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
GRANT USAGE ON FOREIGN SERVER far_server TO app_owner;
SET ROLE app_owner;
SET search_path = shop;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE pair AS (a int, b text);
CREATE TYPE span AS RANGE (subtype = float8);
CREATE DOMAIN amount AS numeric CONSTRAINT positive CHECK (VALUE >= 0);
CREATE TABLE customers (id bigint PRIMARY KEY, currency text NOT NULL DEFAULT 'EUR');
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL,
  note text, total amount, feeling mood, doubled bigint GENERATED ALWAYS AS (customer_id * 2) STORED,
  CONSTRAINT known FOREIGN KEY (customer_id) REFERENCES customers);
ALTER TABLE orders ADD CONSTRAINT sane CHECK (customer_id > 0) NOT VALID;
CREATE INDEX orders_note ON orders (note, lower(note));
CREATE UNIQUE INDEX orders_customer ON orders (customer_id);
CREATE TABLE base (a int, CONSTRAINT base_a CHECK (a > 0));
CREATE TABLE derived () INHERITS (base);
CREATE TABLE alike (a int, b text);
CREATE VIEW open_orders AS SELECT id, note FROM orders;
CREATE MATERIALIZED VIEW totals AS SELECT sum(total) AS total FROM orders;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION twice(i int) RETURNS int LANGUAGE sql AS 'SELECT 2 * i';
CREATE AGGREGATE added (int) (sfunc = int4pl, stype = int);
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE RULE quiet AS ON DELETE TO alike DO INSTEAD NOTHING;
CREATE STATISTICS orders_statistics ON customer_id, note FROM orders;
CREATE SEQUENCE loose;
CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
ALTER TABLE events ADD CONSTRAINT events_key UNIQUE (id, at);
CREATE INDEX events_id ON ONLY events (id);
CREATE INDEX events_2026_id ON events_2026 (id);
CREATE POLICY mine ON orders USING (true);
CREATE FOREIGN TABLE far_table (a int) SERVER far_server;
CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = simple);
CREATE COLLATION exact FROM "C";
CREATE FUNCTION at_once() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
RESET ROLE;
RESET search_path;
CREATE EVENT TRIGGER watching ON ddl_command_end WHEN TAG IN ('CREATE CAST') EXECUTE FUNCTION shop.at_once();
CREATE PUBLICATION told FOR TABLE shop.orders;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner GRANT SELECT ON TABLES TO app_reader;
CREATE CAST (shop.mood AS integer) WITH INOUT;
CREATE OPERATOR shop.=== (function = int4eq, leftarg = int, rightarg = int);
SET search_path = shop;
"""

# The attribute as kind.attribute; what changes it; the first major version that has it.
ROWS: list[tuple[str, str, int]] = [
    ("schema.owner", "ALTER SCHEMA more OWNER TO postgres", 14),
    ("schema.acl", "GRANT USAGE ON SCHEMA more TO app_reader", 14),
    ("schema.comment", "COMMENT ON SCHEMA more IS 'x'", 14),
    ("table.kind", "DROP TABLE alike; CREATE TABLE alike (a int, b text) PARTITION BY LIST (a)", 14),
    ("table.owner", "ALTER TABLE alike OWNER TO postgres", 14),
    ("table.acl", "GRANT SELECT ON alike TO app_reader", 14),
    ("table.persistence", "ALTER TABLE alike SET UNLOGGED", 14),
    ("table.access_method", "ALTER TABLE alike SET ACCESS METHOD heap2", 15),
    ("table.options", "ALTER TABLE alike SET (fillfactor = 50)", 14),
    ("table.toast_options", "ALTER TABLE alike SET (toast.autovacuum_enabled = off)", 14),
    ("table.row_security", "ALTER TABLE alike ENABLE ROW LEVEL SECURITY", 14),
    ("table.row_security_forced", "ALTER TABLE alike FORCE ROW LEVEL SECURITY", 14),
    ("table.replica_identity", "ALTER TABLE alike REPLICA IDENTITY FULL", 14),
    ("table.of_type", "ALTER TABLE alike OF pair", 14),
    (
        "table.partition_key",
        "DROP TABLE events; CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (id)",
        14,
    ),
    ("table.partition_bound", "ALTER TABLE events DETACH PARTITION events_2026", 14),
    ("table.uses", "ALTER TABLE derived NO INHERIT base", 14),
    ("table.foreign_options", "ALTER FOREIGN TABLE far_table OPTIONS (ADD t 'x')", 14),
    ("table.comment", "COMMENT ON TABLE alike IS 'x'", 14),
    ("view.kind", "DROP VIEW open_orders; CREATE MATERIALIZED VIEW open_orders AS SELECT id, note FROM orders", 14),
    ("view.owner", "ALTER VIEW open_orders OWNER TO postgres", 14),
    ("view.acl", "GRANT SELECT ON open_orders TO app_reader", 14),
    ("view.options", "ALTER VIEW open_orders SET (security_barrier = true)", 14),
    ("view.access_method", "ALTER MATERIALIZED VIEW totals SET ACCESS METHOD heap2", 15),
    ("view.definition", "CREATE OR REPLACE VIEW open_orders AS SELECT id, note FROM orders WHERE id > 0", 14),
    ("view.uses", "CREATE OR REPLACE VIEW open_orders AS SELECT id, currency AS note FROM customers", 14),
    ("view.comment", "COMMENT ON VIEW open_orders IS 'x'", 14),
    ("column.rank", "ALTER TABLE alike DROP COLUMN a", 14),
    ("column.type", "ALTER TABLE customers ALTER currency TYPE varchar(20)", 14),
    ("column.collation", 'ALTER TABLE alike ALTER b TYPE text COLLATE "C"', 14),
    ("column.not_null", "ALTER TABLE alike ALTER b SET NOT NULL", 14),
    ("column.not_null", "ALTER TABLE alike ADD CONSTRAINT n NOT NULL b NOT VALID", 18),
    (
        "column.not_null_here_alone",
        "ALTER TABLE alike ADD CONSTRAINT n NOT NULL b NO INHERIT",
        18,
    ),
    (
        "column.not_null_comment",
        "ALTER TABLE alike ADD CONSTRAINT n NOT NULL b; COMMENT ON CONSTRAINT n ON alike IS 'x'",
        18,
    ),
    ("column.default", "ALTER TABLE alike ALTER b SET DEFAULT 'x'", 14),
    ("column.identity", "ALTER TABLE orders ALTER id SET GENERATED BY DEFAULT", 14),
    ("column.generated", "ALTER TABLE orders ALTER doubled DROP EXPRESSION", 14),
    ("column.storage", "ALTER TABLE alike ALTER b SET STORAGE external", 14),
    ("column.compression", "ALTER TABLE alike ALTER b SET COMPRESSION pglz", 14),
    ("column.statistics_target", "ALTER TABLE alike ALTER b SET STATISTICS 500", 14),
    ("column.options", "ALTER TABLE alike ALTER b SET (n_distinct = 7)", 14),
    ("column.foreign_options", "ALTER FOREIGN TABLE far_table ALTER a OPTIONS (ADD n 'x')", 14),
    ("column.acl", "GRANT SELECT (b) ON alike TO app_reader", 14),
    ("column.local", "ALTER TABLE derived NO INHERIT base", 14),
    ("column.comment", "COMMENT ON COLUMN alike.b IS 'x'", 14),
    ("constraint.parent", "ALTER TABLE events DETACH PARTITION events_2026", 14),
    ("constraint.kind", "ALTER TABLE orders DROP CONSTRAINT sane; ALTER TABLE orders ADD CONSTRAINT sane UNIQUE (id)", 14),
    ("constraint.uses", "ALTER TABLE orders DROP CONSTRAINT known", 14),
    (
        "constraint.uses",
        "ALTER TABLE orders DROP CONSTRAINT known;"
        " ALTER TABLE orders ADD CONSTRAINT known FOREIGN KEY (customer_id) REFERENCES orders (id)",
        14,
    ),
    ("constraint.definition", "ALTER TABLE orders ALTER CONSTRAINT known DEFERRABLE INITIALLY DEFERRED", 14),
    ("constraint.validated", "ALTER TABLE orders VALIDATE CONSTRAINT sane", 14),
    ("constraint.enforced", "ALTER TABLE orders ALTER CONSTRAINT known NOT ENFORCED", 18),
    (
        "constraint.no_inherit",
        "ALTER TABLE orders DROP CONSTRAINT sane;"
        " ALTER TABLE orders ADD CONSTRAINT sane CHECK (customer_id > 0) NO INHERIT NOT VALID",
        14,
    ),
    ("constraint.local", "ALTER TABLE derived NO INHERIT base", 14),
    ("constraint.triggers_disabled", "ALTER TABLE orders DISABLE TRIGGER ALL", 14),
    ("constraint.comment", "COMMENT ON CONSTRAINT sane ON orders IS 'x'", 14),
    ("index.of", "DROP INDEX orders_note; CREATE INDEX orders_note ON alike (b, lower(b))", 14),
    ("index.definition", "ALTER INDEX orders_note SET (fillfactor = 50)", 14),
    ("index.valid", "ALTER INDEX events_id ATTACH PARTITION events_2026_id", 14),
    ("index.ready", "UPDATE pg_index SET indisready = false WHERE indexrelid = 'orders_note'::regclass", 14),
    ("index.clustered", "ALTER TABLE orders CLUSTER ON orders_note", 14),
    ("index.replica_identity", "ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_customer", 14),
    (
        "index.immediate",
        "DROP INDEX orders_customer; ALTER TABLE orders ADD CONSTRAINT orders_customer UNIQUE (customer_id) DEFERRABLE",
        14,
    ),
    ("index.partition_of", "ALTER INDEX events_id ATTACH PARTITION events_2026_id", 14),
    ("index.statistics_targets", "ALTER INDEX orders_note ALTER COLUMN 2 SET STATISTICS 500", 14),
    ("index.comment", "COMMENT ON INDEX orders_note IS 'x'", 14),
    ("trigger.definition", "CREATE OR REPLACE TRIGGER orders_touch BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION touch()", 14),
    ("trigger.enabled", "ALTER TABLE orders DISABLE TRIGGER orders_touch", 14),
    ("trigger.enabled", "ALTER TABLE orders ENABLE ALWAYS TRIGGER orders_touch", 14),
    ("trigger.comment", "COMMENT ON TRIGGER orders_touch ON orders IS 'x'", 14),
    ("rule.definition", "CREATE OR REPLACE RULE quiet AS ON UPDATE TO alike DO INSTEAD NOTHING", 14),
    ("rule.enabled", "ALTER TABLE alike DISABLE RULE quiet", 14),
    ("rule.comment", "COMMENT ON RULE quiet ON alike IS 'x'", 14),
    ("policy.command", "DROP POLICY mine ON orders; CREATE POLICY mine ON orders FOR SELECT USING (true)", 14),
    ("policy.permissive", "DROP POLICY mine ON orders; CREATE POLICY mine ON orders AS RESTRICTIVE USING (true)", 14),
    ("policy.roles", "ALTER POLICY mine ON orders TO app_reader", 14),
    ("policy.using", "ALTER POLICY mine ON orders USING (false)", 14),
    ("policy.with_check", "ALTER POLICY mine ON orders WITH CHECK (false)", 14),
    ("policy.comment", "COMMENT ON POLICY mine ON orders IS 'x'", 14),
    ("function.kind", "DROP FUNCTION twice; CREATE PROCEDURE twice(i int) LANGUAGE sql AS 'SELECT 2 * i'", 14),
    ("function.owner", "ALTER FUNCTION twice OWNER TO postgres", 14),
    ("function.acl", "REVOKE EXECUTE ON FUNCTION twice FROM PUBLIC", 14),
    ("function.definition", "CREATE OR REPLACE FUNCTION twice(i int) RETURNS int LANGUAGE sql AS 'SELECT i + i'", 14),
    ("function.definition", "ALTER FUNCTION twice SECURITY DEFINER", 14),
    ("function.definition", "ALTER FUNCTION twice LEAKPROOF", 14),
    ("function.definition", "ALTER FUNCTION twice IMMUTABLE", 14),
    ("function.definition", "ALTER FUNCTION twice STRICT", 14),
    ("function.definition", "ALTER FUNCTION twice COST 7", 14),
    ("function.definition", "ALTER FUNCTION twice SET work_mem = '1MB'", 14),
    ("function.definition", "CREATE OR REPLACE AGGREGATE added (int) (sfunc = int4mi, stype = int)", 14),
    ("function.parallel", "CREATE OR REPLACE AGGREGATE added (int) (sfunc = int4pl, stype = int, parallel = safe)", 14),
    ("function.uses", "CREATE TRIGGER another BEFORE UPDATE ON alike FOR EACH ROW EXECUTE FUNCTION touch()", 14),
    ("function.comment", "COMMENT ON FUNCTION twice IS 'x'", 14),
    ("type.kind", "DROP TYPE span; CREATE DOMAIN span AS float8", 14),
    ("type.owner", "ALTER TYPE mood OWNER TO postgres", 14),
    ("type.acl", "REVOKE USAGE ON TYPE mood FROM PUBLIC", 14),
    ("type.labels", "ALTER TYPE mood ADD VALUE 'good' BEFORE 'ok'", 14),
    ("type.base", "DROP TYPE span; CREATE DOMAIN span AS float8", 14),
    ("type.not_null", "ALTER DOMAIN amount SET NOT NULL", 14),
    ("type.default", "ALTER DOMAIN amount SET DEFAULT 1", 14),
    ("type.constraints", "ALTER DOMAIN amount DROP CONSTRAINT positive", 14),
    ("type.constraint_comments", "COMMENT ON CONSTRAINT positive ON DOMAIN amount IS 'x'", 14),
    ("type.collation", "DROP TYPE span; CREATE DOMAIN span AS text COLLATE \"C\"", 14),
    ("type.subtype", "DROP TYPE span; CREATE TYPE span AS RANGE (subtype = int8)", 14),
    ("type.uses", "ALTER TABLE alike ADD c mood", 14),
    ("type.comment", "COMMENT ON TYPE mood IS 'x'", 14),
    ("sequence.of", "ALTER SEQUENCE loose OWNED BY alike.a", 14),
    ("sequence.owned_by", "ALTER SEQUENCE loose OWNED BY alike.a", 14),
    ("sequence.owner", "ALTER SEQUENCE loose OWNER TO postgres", 14),
    ("sequence.acl", "GRANT USAGE ON SEQUENCE loose TO app_reader", 14),
    ("sequence.persistence", "ALTER SEQUENCE loose SET UNLOGGED", 15),
    ("sequence.type", "ALTER SEQUENCE loose AS int", 14),
    ("sequence.start", "ALTER SEQUENCE loose START 7", 14),
    ("sequence.increment", "ALTER SEQUENCE loose INCREMENT 7", 14),
    ("sequence.minimum", "ALTER SEQUENCE loose MINVALUE 0", 14),
    ("sequence.maximum", "ALTER SEQUENCE loose MAXVALUE 7", 14),
    ("sequence.cache", "ALTER SEQUENCE loose CACHE 7", 14),
    ("sequence.cycle", "ALTER SEQUENCE loose CYCLE", 14),
    ("sequence.comment", "COMMENT ON SEQUENCE loose IS 'x'", 14),
    ("statistics.of", "DROP STATISTICS orders_statistics; CREATE STATISTICS orders_statistics ON a, b FROM alike", 14),
    ("statistics.owner", "ALTER STATISTICS orders_statistics OWNER TO postgres", 14),
    (
        "statistics.definition",
        "DROP STATISTICS orders_statistics; CREATE STATISTICS orders_statistics (mcv) ON customer_id, note FROM orders",
        14,
    ),
    ("statistics.target", "ALTER STATISTICS orders_statistics SET STATISTICS 5", 14),
    ("statistics.comment", "COMMENT ON STATISTICS orders_statistics IS 'x'", 14),
    ("publication.owner", "ALTER PUBLICATION told OWNER TO other_superuser", 14),
    ("publication.all_tables", "DROP PUBLICATION told; CREATE PUBLICATION told FOR ALL TABLES", 14),
    ("publication.inserts", "ALTER PUBLICATION told SET (publish = 'update, delete, truncate')", 14),
    ("publication.updates", "ALTER PUBLICATION told SET (publish = 'insert, delete, truncate')", 14),
    ("publication.deletes", "ALTER PUBLICATION told SET (publish = 'insert, update, truncate')", 14),
    ("publication.truncates", "ALTER PUBLICATION told SET (publish = 'insert, update, delete')", 14),
    ("publication.via_root", "ALTER PUBLICATION told SET (publish_via_partition_root = true)", 14),
    ("publication.generated_columns", "ALTER PUBLICATION told SET (publish_generated_columns = stored)", 18),
    ("publication.schemas", "ALTER PUBLICATION told ADD TABLES IN SCHEMA more", 15),
    ("publication.comment", "COMMENT ON PUBLICATION told IS 'x'", 14),
    ("published_table.of", "ALTER PUBLICATION told ADD TABLE alike", 14),
    ("published_table.columns", "ALTER PUBLICATION told SET TABLE orders (id, note)", 15),
    ("published_table.row_filter", "ALTER PUBLICATION told SET TABLE orders WHERE (id > 5)", 15),
    # Not every server here has an extension beside this one, which cannot be moved or dropped.
    ("extension.version", "UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'plpgsql'", 14),
    ("extension.schema", "UPDATE pg_extension SET extnamespace = 'more'::regnamespace WHERE extname = 'plpgsql'", 14),
    ("extension.owner", "UPDATE pg_extension SET extowner = 'app_owner'::regrole WHERE extname = 'plpgsql'", 14),
    ("extension.comment", "COMMENT ON EXTENSION plpgsql IS 'x'", 14),
    ("event_trigger.owner", "ALTER EVENT TRIGGER watching OWNER TO other_superuser", 14),
    ("event_trigger.event", "DROP EVENT TRIGGER watching; CREATE EVENT TRIGGER watching ON sql_drop EXECUTE FUNCTION at_once()", 14),
    (
        "event_trigger.function",
        "CREATE FUNCTION late() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END'; DROP EVENT TRIGGER watching;"
        " CREATE EVENT TRIGGER watching ON ddl_command_end WHEN TAG IN ('CREATE CAST') EXECUTE FUNCTION late()",
        14,
    ),
    ("event_trigger.enabled", "ALTER EVENT TRIGGER watching DISABLE", 14),
    (
        "event_trigger.tags",
        "DROP EVENT TRIGGER watching; CREATE EVENT TRIGGER watching ON ddl_command_end EXECUTE FUNCTION at_once()",
        14,
    ),
    ("event_trigger.comment", "COMMENT ON EVENT TRIGGER watching IS 'x'", 14),
    ("default_privilege.acl", "ALTER DEFAULT PRIVILEGES FOR ROLE app_owner GRANT INSERT ON TABLES TO app_reader", 14),
    ("setting.settings", "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END$$", 14),
    ("other.state", "CREATE LANGUAGE spoken HANDLER plpgsql_call_handler", 14),
    ("other.owner", "ALTER COLLATION exact OWNER TO other_superuser", 14),
    ("other.acl", "GRANT USAGE ON FOREIGN SERVER far_server TO app_reader", 14),
    ("other.details", "ALTER TEXT SEARCH DICTIONARY plain (accept = false)", 14),
    ("other.details", "ALTER SERVER far_server OPTIONS (SET host 'b')", 14),
    ("other.details", "DROP CAST (mood AS integer); CREATE CAST (mood AS integer) WITH INOUT AS IMPLICIT", 14),
    ("other.details", "ALTER OPERATOR shop.=== (int, int) SET (RESTRICT = eqsel)", 14),
    ("other.comment", "COMMENT ON COLLATION exact IS 'x'", 14),
    ("physical.dropped_columns", "ALTER TABLE alike DROP COLUMN a", 14),
    ("physical.toast_table", "ALTER TABLE derived ADD c text", 14),
    ("physical.statistics", "INSERT INTO alike VALUES (1); ANALYZE alike", 14),
    ("physical.position", "SELECT nextval('loose')", 14),
]  # fmt: skip

WITHOUT_ROW = {
    "table.tablespace", "view.tablespace", "index.tablespace", "sequence.tablespace",  # need a folder of the server's machine
    "table.detach_pending",  # needs a detachment that was interrupted
    "column.of", "constraint.of", "trigger.of", "rule.of", "policy.of",  # part of the name
    "physical.of",  # the name itself
}  # fmt: skip


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    superuser = database.superuser
    superuser.execute(
        "DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'other_superuser')"
        " THEN CREATE ROLE other_superuser SUPERUSER; END IF; END$$"
    )
    superuser.execute(SCHEMA)
    yield superuser
    superuser.execute("RESET search_path; DROP OWNED BY other_superuser; DROP ROLE other_superuser")


def test_every_attribute_is_seen_to_change(session: Session) -> None:
    major = session.info.server_version // 10_000
    wrong = []
    before = take_snapshot(session) | take_physical(session)
    for attribute, statement, since in ROWS:
        if major < since:
            continue
        with session.transaction(force_rollback=True):
            session.execute(statement)
            found = {
                f"{one.kind}.{name}"
                for one in difference(before, take_snapshot(session) | take_physical(session))
                for name in ([one.attribute] if one.attribute else [attribute.split(".")[1]])
            }
        if attribute not in found:
            wrong.append((attribute, statement, found))
    assert wrong == []
    assert take_snapshot(session) == {kind: objects for kind, objects in before.items() if kind != "physical"}


def test_no_attribute_is_without_a_row(session: Session) -> None:
    known = set()
    for kind in (*KINDS, "physical"):
        description = session.execute(query(f"snapshot_{kind}"), {"excluded": ["none"]}).description or ()
        known |= {f"{kind}.{column.name}" for column in description if column.name != "name"}
    assert len(known) > 100
    assert known - {attribute for attribute, _, _ in ROWS} == WITHOUT_ROW
    assert {attribute for attribute, _, _ in ROWS} <= known
