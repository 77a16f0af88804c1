"""Quarantine: taken out of use and given back by metadata alone, while an application that does without it goes on writing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from postgres.support.database import Database
from postgres.support.planning import Planning
from schemachange_operator.core.snapshot import difference
from schemachange_operator.core.task import RunReport
from schemachange_operator.postgres.catalog import take_snapshot
from testcluster.servers import Server

OTHERS = ("writer", "reader", 'Night "Big" Batch')
ROLES = (*OTHERS, "holder")
SHOP = """
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint, note text, kind text NOT NULL
  DEFAULT 'web', number serial, required text NOT NULL, weight int CHECK (weight > 0), twice int GENERATED ALWAYS AS (weight * 2)
  STORED, code text UNIQUE);
CREATE TABLE tickets (id bigint, required text, note text, number bigint GENERATED ALWAYS AS IDENTITY);
CREATE TABLE held (id bigint, note text);
GRANT SELECT, INSERT ON tickets, held TO writer;
CREATE TABLE pages (id bigint, slug text DEFAULT 'a' UNIQUE);
CREATE INDEX orders_note ON orders (note);
CREATE STATISTICS orders_kinds ON note, kind FROM orders;
COMMENT ON COLUMN orders.note IS 'free text';
CREATE TABLE old_orders (id bigserial PRIMARY KEY, note text);
CREATE INDEX old_orders_note ON old_orders (note);
INSERT INTO old_orders (note) VALUES ('a'), ('b');
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER old_orders_noted BEFORE INSERT ON old_orders FOR EACH ROW EXECUTE FUNCTION noted();
ALTER TABLE old_orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_of_it ON old_orders USING (true);
CREATE TABLE events (id bigint, at date, note text) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
GRANT SELECT, INSERT ON orders, old_orders, events TO writer;
GRANT USAGE ON SEQUENCE orders_number_seq TO writer;
GRANT SELECT ON old_orders, events_2025 TO PUBLIC;
GRANT UPDATE, DELETE ON old_orders TO "Night ""Big"" Batch" WITH GRANT OPTION;
GRANT SELECT ON old_orders TO "Night ""Big"" Batch";
GRANT SELECT (note), UPDATE (note) ON orders TO reader;
GRANT SELECT (note) ON orders TO PUBLIC;
GRANT UPDATE (note) ON orders TO "Night ""Big"" Batch" WITH GRANT OPTION;
GRANT SELECT (id) ON old_orders TO reader;
"""
IN_THE_WAY = """
CREATE VIEW order_notes AS SELECT id, kind FROM orders;
CREATE MATERIALIZED VIEW old_notes AS SELECT id FROM old_orders;
CREATE TABLE lines (id bigint, order_id bigint REFERENCES orders);
CREATE TABLE parents (id bigint PRIMARY KEY);
CREATE TABLE children (id bigint, parent_id bigint REFERENCES parents);
CREATE TABLE base (id bigint);
CREATE TABLE heir () INHERITS (base);
CREATE TABLE watched (id bigint, note text, state text);
CREATE TRIGGER watching BEFORE UPDATE OF note ON watched FOR EACH ROW EXECUTE FUNCTION noted();
CREATE POLICY mine ON watched USING (state = 'x');
CREATE FUNCTION remarks() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW."Re.mark" := 1; NEW.other_note := 1; RETURN NEW; END';
CREATE TABLE filled (id bigint, "Re.mark" int, other_note int, note int);
CREATE TRIGGER filling BEFORE INSERT ON filled FOR EACH ROW EXECUTE FUNCTION remarks();
CREATE TABLE told (id bigint PRIMARY KEY);
CREATE PUBLICATION news FOR TABLE told;
"""


@pytest.fixture
def shop(database: Database) -> Iterator[Database]:
    with roles(database):
        database.as_owner(SHOP)
        # The migration role need not own a table itself.
        database.superuser.execute("ALTER TABLE held OWNER TO holder; GRANT holder TO app_owner")
        yield database


@contextmanager
def roles(database: Database) -> Iterator[None]:
    """Roles are the server's: they are dropped with what they were given, so that each test begins alike."""
    names = ", ".join('"' + role.replace('"', '""') + '"' for role in ROLES)
    for name in names.split(", "):
        database.superuser.execute(f"CREATE ROLE {name} LOGIN")
    try:
        yield
    finally:
        database.superuser.execute(f"DROP OWNED BY {names}")
        for name in names.split(", "):
            database.superuser.execute(f"DROP ROLE {name}")


def quarantine(**what: str) -> dict[str, Any]:
    return {"name": "quarantine", "quarantine": what, "undo": {}}


class Going:
    """One change, from plan to target and back."""

    def __init__(self, database: Database, throwaway: Server, root: Path, *steps: dict[str, Any]) -> None:
        self.database, self.before = database, take_snapshot(database.superuser)
        self.planning = Planning(database, throwaway, root, list(steps))
        _, self.planning.plan = self.planning.planned()

    def run(self, command: str, step: str = "") -> RunReport:
        plan = self.planning.plan
        assert plan is not None
        self.planning.members = {
            "task": command,
            "step": step,
            "plan_digest": "plan-digest",
            "fingerprint": plan.fingerprint,
            "relations": plan.relations,
        }
        return self.planning.run(command)

    def apply(self) -> None:
        for step in self.planning.content.steps:
            report = self.run("apply", step.name)
            assert report.outcome == "Done", report

    def changed(self) -> bool:
        return bool(difference(self.before, take_snapshot(self.database.superuser)))


class Writer(threading.Thread):
    """The application: it writes rows, and never names what goes."""

    def __init__(self, database: Database, statement: str) -> None:
        super().__init__()
        self._url, self._statement = database.server.url(database.connection.database), statement
        self._ended, self._written = threading.Event(), threading.Condition()
        self.rows, self.errors = 0, list[str]()

    def run(self) -> None:
        with psycopg.connect(self._url, autocommit=True, application_name="the application") as session:
            session.execute("SET ROLE writer")
            while not self._ended.is_set():
                try:
                    session.execute(self._statement)
                except psycopg.Error as error:
                    self.errors.append(str(error))
                with self._written:
                    self.rows += 1
                    self._written.notify_all()

    def more(self) -> None:
        """Wait until it has written again."""
        with self._written:
            wanted = self.rows + 5
            assert self._written.wait_for(lambda: self.rows >= wanted, 60)

    def __enter__(self) -> "Writer":
        self.start()
        self.more()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()


WRITE = "INSERT INTO orders (required) VALUES ('x')"
COLUMNS = (("orders", "note"), ("orders", "kind"), ("orders", "code"), ("orders", '"number"'), ("tickets", "number"))
"""Plain with an index; NOT NULL with a default; unique; fed by a sequence; an identity."""


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_column_goes_under_a_writing_client(
    table: str, column: str, shop: Database, throwaway: Server, tmp_path: Path
) -> None:
    going = Going(shop, throwaway, tmp_path, quarantine(table=table, column=column))
    name = column.strip('"')
    files = relation_files(shop)
    with Writer(shop, WRITE.replace("orders", table)) as writer:
        going.apply()
        writer.more()
        assert going.run("verify").outcome == "Done"
        assert columns(shop, table) & {name, f"quarantined_{name}"} == {f"quarantined_{name}"}
        assert rights(shop, f"quarantined_{name}") == []
        assert relation_files(shop) == files
    assert writer.errors == []
    assert shop.value(f"SELECT count(*) FROM {table}") == writer.rows


BACK = ({"table": "orders", "column": "note"}, {"table": "old_orders"}, {"table": "public.events"}, {"table": "held"})


@pytest.mark.parametrize("what", BACK, ids=[what["table"] for what in BACK])
def test_the_way_back_gives_every_right_back(
    what: dict[str, str], shop: Database, throwaway: Server, tmp_path: Path
) -> None:
    going = Going(shop, throwaway, tmp_path, quarantine(**what))
    plan = going.planning.plan
    assert plan is not None and plan.rollback_proven and len(plan.written) == 1
    files = relation_files(shop)
    going.apply()
    assert going.changed()
    with Writer(shop, WRITE) as writer:
        report = going.run("rollback")
    assert (report.outcome, report.proven, writer.errors) == ("Done", True, [])
    assert not going.changed()
    assert relation_files(shop) == files


def test_a_table_in_quarantine_is_nobody_elses(shop: Database, throwaway: Server, tmp_path: Path) -> None:
    Going(shop, throwaway, tmp_path, quarantine(table="old_orders")).apply()
    assert shop.value("SELECT count(*) FROM quarantined_old_orders") == 2
    for role in OTHERS:
        quoted = '"' + role.replace('"', '""') + '"'
        with pytest.raises(psycopg.errors.InsufficientPrivilege), shop.superuser.transaction():
            shop.superuser.execute(f"SET LOCAL ROLE {quoted}")
            shop.superuser.execute("SELECT id FROM quarantined_old_orders")


def test_partitions_lose_their_own_rights_too(shop: Database, throwaway: Server, tmp_path: Path) -> None:
    Going(shop, throwaway, tmp_path, quarantine(table="events")).apply()
    assert not shop.value("SELECT has_table_privilege('reader', 'events_2025', 'SELECT')")
    assert shop.value("SELECT count(*) FROM pg_inherits WHERE inhparent = 'quarantined_events'::regclass") == 2


REFUSED: tuple[tuple[dict[str, str], str], ...] = (
    ({"table": "orders", "column": "required"}, "it is NOT NULL without a default"),
    ({"table": "orders", "column": "weight"}, "constraint orders_weight_check of orders; generated column"),
    ({"table": "pages", "column": "slug"}, "constraint pages_slug_key of pages"),
    ({"table": "orders", "column": "id"}, "constraint orders_pkey of orders"),
    ({"table": "orders", "column": "kind"}, "view order_notes"),
    ({"table": "orders"}, "foreign key lines_order_id_fkey of lines to orders; view order_notes"),
    ({"table": "children"}, "foreign key children_parent_id_fkey of children to parents"),
    ({"table": "parents"}, "foreign key children_parent_id_fkey of children to parents"),
    ({"table": "old_orders"}, "view old_notes"),
    ({"table": "events_2026"}, "it is a partition of events"),
    ({"table": "events", "column": "at"}, "the partition key of its table"),
    ({"table": "base"}, "table heir inherits from it"),
    ({"table": "heir", "column": "id"}, "it comes from the table that heir is a partition or child of"),
    ({"table": "watched", "column": "note"}, "trigger watching on table watched"),
    ({"table": "watched", "column": "state"}, "policy mine on table watched"),
    ({"table": "filled", "column": '"Re.mark"'}, "trigger filling, whose function remarks has its name in it"),
    ({"table": "told"}, "publication news"),
    ({"table": "nowhere"}, "there is no table nowhere before the change"),
    ({"table": "orders", "column": "nothing"}, "there is no orders.nothing before the change"),
)


@pytest.mark.parametrize(("what", "named"), REFUSED)
def test_what_is_still_used_is_refused_by_name(
    what: dict[str, str], named: str, shop: Database, throwaway: Server, tmp_path: Path
) -> None:
    shop.as_owner(IN_THE_WAY)
    report = Planning(shop, throwaway, tmp_path, [quarantine(**what)]).job("analyse", "rehearse")
    assert (report.outcome, report.reason) == ("Failed", "QuarantineRefused")
    assert named in report.message.replace("public.", ""), report.message


def test_what_is_in_the_way_is_taken_away_in_a_step_before(shop: Database, throwaway: Server, tmp_path: Path) -> None:
    nullable = {
        "name": "nullable",
        "sql": "ALTER TABLE orders ALTER COLUMN required DROP NOT NULL",
        "undo": {"sql": "ALTER TABLE orders ALTER COLUMN required SET NOT NULL"},
    }
    going = Going(shop, throwaway, tmp_path, nullable, quarantine(table="orders", column="required"))
    going.apply()
    shop.superuser.execute("INSERT INTO orders (note) VALUES ('without it')")
    shop.superuser.execute("DELETE FROM orders")
    assert going.run("rollback").proven is True
    assert not going.changed()


def test_a_view_made_after_the_plan_is_seen_before_the_step(shop: Database, throwaway: Server, tmp_path: Path) -> None:
    nothing = {"name": "first", "sql": "COMMENT ON TABLE orders IS 'x'", "undo": {"sql": "COMMENT ON TABLE orders IS NULL"}}
    going = Going(shop, throwaway, tmp_path, nothing, quarantine(table="orders", column="note"))
    assert going.run("apply", "first").outcome == "Done"
    shop.as_owner("CREATE VIEW late AS SELECT note FROM orders")
    report = going.run("apply", "quarantine")
    assert (report.reason, report.steps_done) == ("QuarantineRefused", ("first",))
    assert "view public.late" in report.message


def test_a_right_that_another_than_the_owner_gave_is_refused(shop: Database, throwaway: Server, tmp_path: Path) -> None:
    with shop.superuser.transaction():
        shop.superuser.execute('SET LOCAL ROLE "Night ""Big"" Batch"')
        shop.superuser.execute("GRANT DELETE ON old_orders TO reader")
    report = Planning(shop, throwaway, tmp_path, [quarantine(table="old_orders")]).run("analyse")
    assert report.reason == "QuarantineRefused"
    assert 'Night "Big" Batch, who is not the owner, has granted rights on public.old_orders' in report.message


def test_nothing_drops_it_before_its_time(shop: Database, throwaway: Server, tmp_path: Path) -> None:
    quarantining = Going(shop, throwaway, tmp_path / "a", quarantine(table="orders", column="note", keepFor="12h"))
    quarantining.apply()
    assert quarantining.run("verify").outcome == "Done"
    drop = {"name": "drop", "sql": "ALTER TABLE orders DROP COLUMN quarantined_note", "undo": {"irreversible": "test"}}
    other = {"change": {"uid": "b", "namespace": "shop", "name": "drop-note"}}
    planning = Planning(shop, throwaway, tmp_path / "b", [drop], members=other)
    report = planning.job("analyse", "rehearse")
    assert report.reason == "QuarantineLasts"
    assert "orders.quarantined_note is in quarantine until" in report.message
    assert "shop/orders-currency" in report.message
    shorter = Planning(
        shop, throwaway, tmp_path / "c", [{**drop, "sql": "ALTER TABLE pages DROP COLUMN slug"}], members=other
    )
    assert shorter.job("analyse", "rehearse").outcome == "Done"
    with shop.superuser.transaction():
        # As if it had been there for long: the ledger's own guard is for those who are not superusers.
        shop.superuser.execute("SET LOCAL session_replication_role = replica")
        shop.superuser.execute("ALTER TABLE schemachange.step DISABLE TRIGGER ALL")
        shop.superuser.execute("UPDATE schemachange.step SET ended_at = ended_at - interval '13 hours'")
    assert planning.job("analyse", "rehearse").outcome == "Done"


def columns(database: Database, table: str) -> set[str]:
    found = database.query(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped", (table,)
    )
    return {row["attname"] for row in found}


def rights(database: Database, column: str) -> list[Any]:
    return database.query("SELECT unnest(attacl) FROM pg_attribute WHERE attname = %s AND attnum > 0", (column,))


def relation_files(database: Database) -> set[int]:
    """A table that was written anew has another file."""
    found = database.query(
        "SELECT relfilenode FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace"
    )
    assert found
    return {row["relfilenode"] for row in found}


def test_a_name_within_another_is_not_taken_for_it(shop: Database, throwaway: Server, tmp_path: Path) -> None:
    shop.as_owner(IN_THE_WAY)
    report = Planning(shop, throwaway, tmp_path, [quarantine(table="filled", column="note")]).job("analyse", "rehearse")
    assert report.outcome == "Done", report
