"""The snapshot sees every change of the catalog, by name, and leaves the session as it was."""

from collections.abc import Iterator

import pytest

from postgres.support.database import Database
from schemachange_operator.core.snapshot import Snapshot, difference, fingerprint
from schemachange_operator.core.sql.name import RelationName
from schemachange_operator.postgres.catalog import expand_relations, table_sizes, take_snapshot
from schemachange_operator.postgres.session import Session

SCHEMA = """
DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_reader') THEN CREATE ROLE app_reader; END IF; END$$;
CREATE SCHEMA shop AUTHORIZATION app_owner;
SET ROLE app_owner;
SET search_path = shop;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN amount AS numeric CHECK (VALUE >= 0);
CREATE TABLE customers (id bigint PRIMARY KEY, currency text NOT NULL DEFAULT 'EUR');
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers,
  note text, total amount, feeling mood);
CREATE INDEX orders_note ON orders (note);
CREATE VIEW open_orders AS SELECT id, note FROM orders;
CREATE MATERIALIZED VIEW totals AS SELECT sum(total) AS total FROM orders;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE STATISTICS orders_statistics ON customer_id, note FROM orders;
CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE POLICY mine ON orders USING (true);
RESET ROLE;
"""


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    database.superuser.execute(SCHEMA)
    with database.session() as session:
        yield session


def test_the_snapshot_knows_every_kind_of_object(session: Session) -> None:
    snapshot = take_snapshot(session)
    assert snapshot["table"]["shop.orders"]["owner"] == "app_owner"
    assert snapshot["column"]["shop.orders.note"] | {"acl": ""} == {
        "of": "shop.orders",
        "rank": "3",
        "type": "text",
        "storage": "x",
        "local": "true",
        "acl": "",
        **({"statistics_target": "-1"} if session.info.server_version < 170000 else {}),
    }
    assert snapshot["constraint"]["shop.orders.orders_customer_id_fkey"]["uses"] == "shop.customers"
    assert snapshot["view"]["shop.open_orders"]["uses"] == "shop.orders"
    assert snapshot["function"]["shop.touch()"]["uses"] == "shop.orders"
    assert snapshot["type"]["shop.mood"]["labels"] == "'sad' 'ok'"
    assert snapshot["type"]["shop.mood"]["uses"] == "shop.orders"
    assert snapshot["sequence"]["shop.orders_id_seq"]["of"] == "shop.orders"
    assert snapshot["table"]["shop.events_2026"]["uses"] == "shop.events"
    assert {"index", "trigger", "policy", "statistics"} <= {kind for kind, objects in snapshot.items() if objects}
    assert not any("schemachange" in name for objects in snapshot.values() for name in objects)


def test_two_ways_to_one_schema_are_equal(database: Database, session: Session) -> None:
    before = take_snapshot(session)
    database.superuser.execute("ALTER TABLE shop.orders ADD x int; ALTER TABLE shop.orders DROP x")
    database.superuser.execute("GRANT SELECT ON shop.customers TO app_owner")
    assert difference(before, take_snapshot(session)) == ()


def test_the_fingerprint_is_about_the_relations_alone(database: Database, session: Session) -> None:
    def mark(*relations: str) -> str:
        return fingerprint(take_snapshot(session), relations)

    before = mark("shop.orders"), mark("shop.customers")
    database.superuser.execute("CREATE TABLE shop.elsewhere (id int)")
    assert (mark("shop.orders"), mark("shop.customers")) == before
    database.superuser.execute("ALTER TABLE shop.customers ADD x int")
    assert mark("shop.orders") == before[0]
    assert mark("shop.customers") != before[1]


def test_the_session_and_its_transaction_are_left_as_they_were(database: Database, session: Session) -> None:
    with session.transaction():
        session.execute("SET LOCAL search_path = shop")
        first = take_snapshot(session)
        assert session.execute("SHOW search_path").fetchone() == {"search_path": "shop"}
        session.execute("SET LOCAL ROLE app_owner")
        session.execute("CREATE TABLE made_since (id int)")
        assert difference(first, take_snapshot(session))


@pytest.mark.parametrize(
    ("names", "partners", "relations"),
    [
        ("orders", "", "shop.orders"),
        ("shop.orders_note", "", "shop.orders"),
        ("events", "", "shop.events shop.events_2026"),
        ("events_2026", "", "shop.events shop.events_2026"),
        ("customers", "customers", "shop.customers shop.orders"),
        ("orders", "orders", "shop.customers shop.orders"),
        ("brand_new more.new", "", "more.new public.brand_new"),
    ],
)
def test_relations_are_resolved_and_expanded(session: Session, names: str, partners: str, relations: str) -> None:
    def read(text: str) -> list[RelationName]:
        return [RelationName(*one.split(".")) if "." in one else RelationName(None, one) for one in text.split()]

    assert " ".join(expand_relations(session, read(names), ["public", "shop"], read(partners))) == relations


def test_sizes_are_estimated_without_statistics_as_well(database: Database, session: Session) -> None:
    database.superuser.execute(
        "ALTER TABLE shop.customers SET (autovacuum_enabled = off);"
        " INSERT INTO shop.customers SELECT g FROM generate_series(1, 5000) g"
    )
    (size,) = table_sizes(session, ["shop.customers", "shop.nowhere"])
    assert size.relation == "shop.customers"
    assert 1000 < size.rows < 25_000
    assert size.bytes > 100_000


def test_the_ledger_is_left_out(database: Database, session: Session) -> None:
    before: Snapshot = take_snapshot(session)
    database.superuser.execute("CREATE SCHEMA schemachange; CREATE TABLE schemachange.t (id int)")
    assert difference(before, take_snapshot(session)) == ()
