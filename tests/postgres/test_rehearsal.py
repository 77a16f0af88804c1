"""Analysis and rehearsal on real servers: what a plan says is what the servers did."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from postgres.support.database import Database
from postgres.support.planning import SHOP, Planning, statements
from schemachange_operator.core.effects import Foretold
from schemachange_operator.core.plan import Effect, LockHeld
from schemachange_operator.core.snapshot import difference
from schemachange_operator.postgres.catalog import take_snapshot
from testcluster.servers import Server
from testcluster.shell import wait_until

Plan = Callable[..., Planning]

ORDERS_CURRENCY: list[dict[str, Any]] = [
    {
        "name": "add",
        "sql": """
          ALTER TABLE orders ADD COLUMN currency text;
          CREATE FUNCTION orders_fill_currency() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            NEW.currency := coalesce(NEW.currency, (SELECT currency FROM customers WHERE id = NEW.customer_id));
            RETURN NEW;
          END $$;
          CREATE TRIGGER orders_fill_currency BEFORE INSERT OR UPDATE ON orders
            FOR EACH ROW EXECUTE FUNCTION orders_fill_currency();
        """,
        "undo": {
            "sql": "DROP TRIGGER orders_fill_currency ON orders; DROP FUNCTION orders_fill_currency();"
            " ALTER TABLE orders DROP COLUMN currency;"
        },
    },
    {
        "name": "fill",
        "backfill": {
            "table": "orders",
            "set": {"currency": "(SELECT c.currency FROM customers c WHERE c.id = orders.customer_id)"},
            "where": "currency IS NULL",
        },
        "undo": {"notNeeded": "goes with add"},
    },
    {
        "name": "check",
        "sql": "ALTER TABLE orders ADD CONSTRAINT orders_currency_set CHECK (currency IS NOT NULL) NOT VALID",
        "undo": {"sql": "ALTER TABLE orders DROP CONSTRAINT orders_currency_set"},
    },
    {
        "name": "validate",
        "sql": "ALTER TABLE orders VALIDATE CONSTRAINT orders_currency_set",
        "undo": {"notNeeded": "goes with check"},
    },
    {
        "name": "require",
        "sql": "ALTER TABLE orders ALTER COLUMN currency SET NOT NULL",
        "undo": {"sql": "ALTER TABLE orders ALTER COLUMN currency DROP NOT NULL"},
    },
]
FILLED = [{"name": "filled", "sql": "SELECT count(*) = 0 FROM orders WHERE currency IS NULL"}]


def one(text: str, undo: str | None, name: str = "only") -> list[dict[str, Any]]:
    """A change of one step."""
    return [{"name": name, "sql": text, "undo": {"sql": undo} if undo else {"irreversible": "data is gone"}}]


@pytest.fixture
def plan(database: Database, throwaway: Server, tmp_path: Path) -> Plan:
    database.as_owner(SHOP)

    def make(steps: list[dict[str, Any]], **others: Any) -> Planning:
        return Planning(database, others.pop("throwaway", throwaway), tmp_path, steps, **others)

    return make


def test_the_five_steps_of_orders_currency_are_planned(plan: Plan, database: Database) -> None:
    before = take_snapshot(database.superuser)
    report, found = (planning := plan(ORDERS_CURRENCY, verify=FILLED)).planned()
    assert report.reason == "PlanReady"
    assert [(step.name, step.kind) for step in found.steps] == [
        ("add", "Transaction"),
        ("fill", "Backfill"),
        ("check", "Transaction"),
        ("validate", "Transaction"),
        ("require", "Transaction"),
    ]
    assert found.relations == ("public.customers", "public.orders")
    assert found.rollback_proven
    assert found.rows_generated == {"public.customers": 200, "public.orders": 200}
    assert found.steps[1].rows_estimated == pytest.approx(300, rel=0.5)
    assert {(one.kind, one.name, one.change) for one in found.difference} == {
        ("column", "public.orders.currency", "added"),
        ("constraint", "public.orders.orders_currency_set", "added"),
        ("function", "public.orders_fill_currency()", "added"),
        ("trigger", "public.orders.orders_fill_currency", "added"),
    }
    told = statements(found)
    assert told["add 1"].held == (LockHeld(relation="public.orders", mode="AccessExclusive"),)
    assert told["validate 1"].held == (LockHeld(relation="public.orders", mode="ShareUpdateExclusive"),)
    assert all(statement.held == () for name, statement in told.items() if name in {"add 2"})
    assert not any(statement.rewritten or statement.destructive for statement in told.values())
    assert found.notes == ()
    assert difference(before, take_snapshot(database.superuser)) == ()
    assert "secret" not in planning.log.getvalue()


def test_foretold_and_measured_stand_side_by_side(plan: Plan) -> None:
    told = statements(plan(ORDERS_CURRENCY, verify=FILLED).planned()[1])
    assert told["add 1"].effects == (Effect(relation="public.orders", lock="AccessExclusive"),)
    assert told["validate 1"].effects == (Effect(relation="public.orders", lock="ShareUpdateExclusive", scans=True),)
    assert told["require 1"].effects == (Effect(relation="public.orders", lock="AccessExclusive"),)
    assert [told[name].predicted_lock for name in ("add 1", "add 2", "add 3")] == [
        "AccessExclusive",
        "",
        "ShareRowExclusive",
    ]


def test_a_lock_that_is_stronger_than_foretold_stops_the_change(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    weaker = Foretold((Effect(relation="public.orders", lock="ShareRowExclusive"),))
    monkeypatch.setattr("schemachange_operator.runner.rehearse.foretell_change", lambda *_: {("only", 1): weaker})
    text = "ALTER TABLE orders ADD COLUMN x uuid DEFAULT gen_random_uuid()"
    report = plan(one(text, "ALTER TABLE orders DROP COLUMN x")).job("analyse", "rehearse")
    assert report.reason == "LockStronger"
    for words in ("only", "statement 1", "public.orders", "AccessExclusive", "ShareRowExclusive", "2 more"):
        assert words in report.message


def test_what_is_opaque_stops_nothing(plan: Plan) -> None:
    text = "DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD COLUMN x int', 'orders'); END $$"
    _, found = plan(one(text, "ALTER TABLE orders DROP COLUMN x")).planned()
    told = statements(found)["only 1"]
    assert (told.effects, told.opaque) == ((), "EXECUTE of a text that is made when it runs")
    assert told.held == (LockHeld(relation="public.orders", mode="AccessExclusive"),)


def test_a_plan_is_the_same_each_time(plan: Plan) -> None:
    first, second = plan(ORDERS_CURRENCY).planned()[1], plan(ORDERS_CURRENCY).planned()[1]
    assert (first.fingerprint, first.relations, first.difference) == (
        second.fingerprint,
        second.relations,
        second.difference,
    )


def test_a_column_that_is_dropped_destroys_and_cannot_be_undone(plan: Plan) -> None:
    report, found = plan(one("ALTER TABLE orders DROP COLUMN note", None)).planned()
    assert report.plan is not None
    assert (report.plan.destroys, report.plan.irreversible) == (("only",), ("only",))
    assert report.plan.strongest_lock == "AccessExclusive"
    assert not found.rollback_proven
    assert any("only the rollback of the steps after it" in note for note in found.notes)
    assert any("may destroy column orders.note" in note for note in found.notes)


def test_steps_after_an_irreversible_one_are_rolled_back(plan: Plan) -> None:
    after = one("ALTER TABLE orders ADD COLUMN x int", "ALTER TABLE orders DROP COLUMN x", "after")
    _, found = plan([*one("ALTER TABLE orders DROP COLUMN note", None), *after]).planned()
    assert [step.undo for step in found.steps] == ["irreversible: data is gone", "rollback of 1 statement"]
    wrong = one("ALTER TABLE orders ADD COLUMN x int", "SELECT 1", "after")
    report = plan([*one("ALTER TABLE orders DROP COLUMN note", None), *wrong]).job("analyse", "rehearse")
    assert report.reason == "RollbackDiffers"


@pytest.mark.parametrize("constraint", ["CHECK (note LIKE '%@%')", "EXCLUDE ((1) WITH =)", "CHECK (id < 0)"])
def test_rows_that_a_new_constraint_refuses_are_left_out(plan: Plan, constraint: str) -> None:
    text = f"ALTER TABLE orders ADD COLUMN x int; ALTER TABLE orders ADD CONSTRAINT orders_new {constraint}"
    undo = "ALTER TABLE orders DROP CONSTRAINT orders_new; ALTER TABLE orders DROP COLUMN x"
    # The target's own rows violate it as well, which would stop the change before it is rehearsed.
    waived = {"record": {"waivers": [{"rule": "data-violates", "reason": "a test"}]}}
    _, found = plan(one(text, undo), members=waived).planned()
    assert found.rollback_proven
    assert found.rows_generated == {}
    (note,) = [note for note in found.notes if "empty tables" in note]
    assert "orders_new" in note
    assert "Correct the change" not in note


def test_a_statement_that_fails_without_rows_too_is_a_failure(plan: Plan) -> None:
    text = "INSERT INTO customers (email) VALUES ('a'), ('a')"
    report = plan(one(text, "DELETE FROM customers")).job("analyse", "rehearse")
    assert (report.outcome, report.reason) == ("Failed", "RehearsalFailed")


def test_an_index_is_built_concurrently(plan: Plan) -> None:
    _, found = plan(
        one("CREATE INDEX CONCURRENTLY orders_note ON orders (note)", "DROP INDEX CONCURRENTLY orders_note")
    ).planned()
    (statement,) = found.steps[0].statements
    assert (found.steps[0].kind, statement.transactional) == ("Single", False)
    assert [(one.kind, one.change) for one in found.difference] == [("index", "added")]
    assert statement.held == (LockHeld(relation="public.orders", mode="ShareUpdateExclusive"),)
    assert found.relations == ("public.orders",)


def test_single_statements_are_seen_to_lock(plan: Plan, database: Database) -> None:
    database.as_owner("CREATE INDEX orders_note ON orders (note)")
    back = "CREATE INDEX CONCURRENTLY orders_note ON orders (note)"
    _, found = plan(
        one("DROP INDEX CONCURRENTLY orders_note", back) + one("VACUUM FULL orders", "SELECT 1", "two")
    ).planned()
    told = statements(found)
    assert LockHeld(relation="public.orders", mode="ShareUpdateExclusive") in told["only 1"].held
    assert "public.orders" in told["two 1"].rewritten


def test_a_rewrite_and_partners_of_foreign_keys_are_seen(plan: Plan) -> None:
    text = "ALTER TABLE customers ALTER COLUMN name TYPE varchar(500); ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey"
    undo = (
        "ALTER TABLE orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers;"
        " ALTER TABLE customers ALTER COLUMN name TYPE text"
    )
    _, found = plan(one(text, undo)).planned()
    told = statements(found)
    assert told["only 1"].rewritten == ("public.customers",)
    assert told["only 2"].held == (LockHeld(relation="public.orders", mode="AccessExclusive"),)
    assert found.relations == ("public.customers", "public.orders")


def test_a_rollback_that_does_not_revert_is_stopped(plan: Plan) -> None:
    text = "ALTER TABLE orders ADD COLUMN x int; CREATE INDEX orders_x ON orders (x)"
    report = plan(one(text, "DROP INDEX orders_x")).job("analyse", "rehearse")
    assert (report.outcome, report.reason) == ("Failed", "RollbackDiffers")
    assert "column public.orders.x added" in report.message
    assert "target was not touched" in report.message


def test_a_failing_statement_is_named(plan: Plan, database: Database) -> None:
    text = "ALTER TABLE orders ADD COLUMN x int;\nSELECT 'secret'::int"
    report = (planning := plan(one(text, "ALTER TABLE orders DROP COLUMN x"))).job("analyse", "rehearse")
    assert (report.outcome, report.reason) == ("Failed", "RehearsalFailed")
    assert report.message.startswith("Step only, statement 2 (line 2, SELECT), failed")
    assert "SQLSTATE 22P02" in report.message
    assert "x" not in take_snapshot(database.superuser)["column"]
    assert planning.events("rehearse")[-1]["text"] == "SELECT ?::int"


def test_a_failing_rollback_and_a_failing_commit_are_named(plan: Plan) -> None:
    report = plan(one("ALTER TABLE orders ADD COLUMN x int", "ALTER TABLE orders DROP COLUMN y")).job("analyse", "rehearse")
    assert report.message.startswith("Rollback of step only, statement 1")
    deferred = (
        "CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES a DEFERRABLE INITIALLY DEFERRED); INSERT INTO a VALUES (1, 2)"
    )
    report = plan(one(deferred, "DROP TABLE a")).job("analyse", "rehearse")
    assert "COMMIT, failed" in report.message


def test_the_migration_is_no_superuser_and_leaves_no_role(plan: Plan) -> None:
    text = "DO $$BEGIN EXECUTE 'RESET ROLE'; EXECUTE 'CREATE ROLE evil SUPERUSER'; END$$"
    report = plan(one(text, "SELECT 1")).job("analyse", "rehearse")
    assert report.reason == "RehearsalFailed"
    assert "SQLSTATE 42501" in report.message


def test_a_backfill_that_fails_is_named(plan: Plan) -> None:
    backfill = {"table": "orders", "set": {"note": "1 / (id - 5)"}, "where": "note <> ''"}
    steps = [{"name": "fill", "backfill": backfill, "undo": {"notNeeded": "test"}}]
    report = plan(steps).job("analyse", "rehearse")
    assert (report.outcome, report.reason) == ("Failed", "RehearsalFailed")
    assert report.message.startswith("Step fill (backfill) failed in the throw-away database: division by zero")


def busy(throwaway: Server, words: str) -> None:
    """Wait until the throw-away server runs a statement with these words."""
    with psycopg.connect(throwaway.url(), autocommit=True) as session:
        looking = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE %s AND pid <> pg_backend_pid()"
        assert wait_until(lambda: session.execute(looking, (f"%{words}%",)).fetchone() is not None, 30.0, interval=0.05)


def test_a_wish_to_stop_cancels_the_statement(plan: Plan, throwaway: Server) -> None:
    planning = plan(one("SELECT pg_sleep(300)", "SELECT 1"))
    assert planning.run("analyse").outcome == "Done"
    with ThreadPoolExecutor() as threads:
        rehearsal = threads.submit(planning.run, "rehearse")
        busy(throwaway, "pg_sleep(300)")
        planning.stop.set()
        assert (rehearsal.result(60).outcome, rehearsal.result().reason) == ("Retry", "Stopped")


def test_a_throwaway_server_that_dies_is_tried_again(plan: Plan, throwaway: Server) -> None:
    planning = plan(one("SELECT pg_sleep(300)", "SELECT 1"))
    assert planning.run("analyse").outcome == "Done"
    with ThreadPoolExecutor() as threads:
        rehearsal = threads.submit(planning.run, "rehearse")
        busy(throwaway, "pg_sleep(300)")
        throwaway.restart()
        report = rehearsal.result(60)
    assert (report.outcome, report.reason) == ("Retry", "RehearsalFailed")
    assert "spec.rehearsal.memory" in report.message


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT nothing FROM orders", "failed"),
        ("SELECT 1", "one boolean"),
        ("SELECT true FROM orders", "one boolean"),
    ],
)
def test_an_assertion_that_is_none_is_stopped(plan: Plan, sql: str, words: str) -> None:
    steps = one("ALTER TABLE orders ADD COLUMN x int", "ALTER TABLE orders DROP COLUMN x")
    report = plan(steps, verify=[{"name": "asked", "sql": sql}]).job("analyse", "rehearse")
    assert report.reason == "RehearsalFailed"
    assert "Assertion asked" in report.message
    assert words in report.message


def test_an_image_of_another_major_version_is_refused(plan: Plan, database: Database) -> None:
    other = 18 if database.server.major == 15 else 15
    with Server(other) as wrong:
        report = plan(ORDERS_CURRENCY, throwaway=wrong).job("analyse", "rehearse")
    assert (report.outcome, report.reason) == ("Failed", "RehearsalImageMismatch")
    assert f"PostgreSQL {other}" in report.message
    assert f"PostgreSQL {database.server.major}" in report.message
    assert "spec.rehearsal.image" in report.message


def test_the_application_tests_find_the_changed_database(plan: Plan, throwaway: Server) -> None:
    _, found = plan(ORDERS_CURRENCY).planned()
    planning = plan(ORDERS_CURRENCY, plan=found, members={"task": "test"})
    report = planning.job("analyse", "test-apply")
    assert report.outcome == "Done", report
    address = f"host={throwaway.data.parent} port={throwaway.port} user=rehearsal_app dbname=rehearsal"
    with psycopg.connect(address, autocommit=True) as application:
        application.execute("INSERT INTO orders (customer_id) SELECT id FROM customers LIMIT 3")
        assert application.execute("SELECT count(*) FROM orders WHERE currency IS NULL").fetchone() == (0,)
    assert planning.run("test-rollback").reason == "Tested"


def test_a_test_that_differs_from_the_plan_or_leaves_something_is_stopped(plan: Plan, throwaway: Server) -> None:
    _, found = plan(ORDERS_CURRENCY).planned()
    other = found.model_copy(update={"difference": found.difference[1:]})
    report = plan(ORDERS_CURRENCY, plan=other, members={"task": "test"}).job("analyse", "test-apply")
    assert (report.reason, "Not in the plan" in report.message) == ("RehearsalFailed", True)
    planning = plan(ORDERS_CURRENCY, plan=found, members={"task": "test"})
    assert planning.job("analyse", "test-apply").outcome == "Done"
    with psycopg.connect(f"host={throwaway.data.parent} port={throwaway.port} user=postgres dbname=rehearsal") as session:
        session.execute("CREATE TABLE left_by_a_test (id int)")
    assert planning.run("test-rollback").reason == "RollbackDiffers"
