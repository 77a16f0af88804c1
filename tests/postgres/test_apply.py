"""Applying a step: once, whole or not at all, never longer in the application's way than allowed."""

import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest

from postgres.support.change import Change, steps
from postgres.support.database import Database
from postgres.support.waiting import wait_for
from schemachange_operator.core.errors import Stop, TryLater
from schemachange_operator.core.sql.statement import Statement
from schemachange_operator.postgres import ledger
from schemachange_operator.postgres.advisory import DatabaseLock
from schemachange_operator.runner.transaction import send

ORDERS = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, note text); INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 50) n"
)
ADD = {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN currency text; ALTER TABLE orders ADD COLUMN code text"}
NEXT = {"name": "next", "sql": "ALTER TABLE orders ALTER COLUMN currency SET DEFAULT 'EUR'"}


@pytest.fixture
def orders(database: Database) -> Database:
    database.as_owner(ORDERS)
    return database


def columns(database: Database) -> list[str]:
    return [
        row["attname"]
        for row in database.query(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        )
    ]


def test_a_step_and_its_ledger_row_are_committed_together(orders: Database, tmp_path: Path) -> None:
    change = Change(orders, tmp_path, steps(ADD))
    report = change.run("apply", "add")
    assert (report.outcome, report.reason, report.steps_done) == ("Done", "StepDone", ("add",))
    assert columns(orders) == ["id", "note", "currency", "code"]
    (step,) = orders.query("SELECT * FROM schemachange.step")
    assert (step["state"], step["statements"]) == ("Done", 2)
    (noted,) = [event["transaction"] for event in change.events() if event["event"] == "commit"]
    assert str(step["transaction_id"]) == noted
    assert orders.value("SELECT DISTINCT xmin::text FROM schemachange.statement") == str(int(noted) % 2**32)
    texts = [row["text"] for row in orders.query("SELECT text FROM schemachange.statement ORDER BY number")]
    assert texts == ["ALTER TABLE orders ADD COLUMN currency text", "ALTER TABLE orders ADD COLUMN code text"]
    (row,) = orders.query("SELECT * FROM schemachange.change")
    assert (row["state"], row["relations"]) == ("Open", ["public.orders"])
    assert row["before_snapshot"]["table"]["public.orders"]


def test_objects_belong_to_the_migration_role(orders: Database, tmp_path: Path) -> None:
    Change(orders, tmp_path, steps({"name": "a", "sql": "CREATE TABLE made (id int)"})).run("apply", "a")
    assert orders.value("SELECT relowner::regrole::text FROM pg_class WHERE relname = 'made'") == "app_owner"


def test_a_second_run_changes_nothing(orders: Database, tmp_path: Path) -> None:
    change = Change(orders, tmp_path, steps(ADD))
    assert not change.run("apply", "add").already_done
    again = change.run("apply", "add", attempt=2)
    assert (again.outcome, again.already_done, again.steps_done) == ("Done", True, ("add",))


def test_a_recreated_object_goes_on_with_its_row(orders: Database, tmp_path: Path) -> None:
    change = Change(orders, tmp_path, steps(ADD, NEXT))
    change.run("apply", "add")
    report = change.run("apply", "next", change={"uid": "another-uid", "namespace": "shop", "name": change.name})
    assert report.steps_done == ("add", "next")
    assert orders.query("SELECT uid, state FROM schemachange.change") == [{"uid": "another-uid", "state": "Open"}]


FAILURES: list[tuple[str, str, str]] = [
    ("ALTER TABLE orders ADD COLUMN a int; ALTER TABLE missing ADD COLUMN b int", "statement 2", "42P01"),
    ("ALTER TABLE orders ADD COLUMN a int; SELECT 1/0", "statement 2", "22012"),
    ("ALTER TABLE orders ADD CHECK (note <> 'x')", "statement 1", "23514"),
    ("CREATE TABLE other.t (id int)", "statement 1", "3F000"),
    ("DROP TABLE pg_catalog.pg_class", "statement 1", "42501"),
    ("DO $$BEGIN COMMIT; END$$", "statement 1", "2D000"),
    (
        "ALTER TABLE orders ADD COLUMN parent bigint DEFAULT 77 REFERENCES orders DEFERRABLE INITIALLY DEFERRED",
        "",
        "23503",
    ),
    ("INSERT INTO schemachange.version VALUES (7)", "statement 1", ""),
]


@pytest.mark.parametrize(("sql", "where", "state"), FAILURES)
def test_a_failing_step_leaves_nothing(orders: Database, tmp_path: Path, sql: str, where: str, state: str) -> None:
    report = Change(orders, tmp_path, steps({"name": "a", "sql": sql})).run("apply", "a")
    assert (report.outcome, report.reason, report.steps_done) == ("Failed", "StatementFailed", ())
    assert where in report.message
    assert state in report.message
    assert columns(orders) == ["id", "note"]
    assert orders.query("SELECT FROM schemachange.change") == []


ESCAPES = [
    "DO $$BEGIN EXECUTE 'RESET ROLE'; END$$",
    "DO $$BEGIN PERFORM set_config('ro' || 'le', 'none', false); END$$",
    "SELECT set_config('ro' || 'le', 'none', true)",
]


@pytest.mark.parametrize("sql", ESCAPES)
def test_sql_that_leaves_its_role_is_undone(orders: Database, tmp_path: Path, sql: str) -> None:
    statements = f"ALTER TABLE orders ADD COLUMN a int; {sql}"
    report = Change(orders, tmp_path, steps({"name": "a", "sql": statements})).run("apply", "a")
    assert (report.outcome, report.reason) == ("Failed", "StatementFailed")
    assert "changed the role" in report.message
    assert columns(orders) == ["id", "note"]


def test_a_deferred_trigger_does_not_run_as_the_login(orders: Database, tmp_path: Path) -> None:
    sql = """
    CREATE FUNCTION who() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
      UPDATE orders SET note = current_user WHERE id = 1; RETURN NULL; END$$;
    CREATE CONSTRAINT TRIGGER who AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION who();
    INSERT INTO orders VALUES (100, 'y')"""
    assert Change(orders, tmp_path, steps({"name": "a", "sql": sql})).run("apply", "a").outcome == "Done"
    assert orders.value("SELECT note FROM orders WHERE id = 1") == "app_owner"


def test_one_execute_is_one_statement(orders: Database, tmp_path: Path) -> None:
    # What this grammar would read as one and the server as two is refused by the protocol itself.
    two = Statement(number=1, text="SELECT 1; SELECT 2", line=1, kind="SELECT", transactional=True, lock="")
    with orders.session() as session, pytest.raises(Exception, match="multiple commands"):
        send(session, two)


def test_a_drifted_schema_is_refused(orders: Database, tmp_path: Path) -> None:
    change = Change(orders, tmp_path, steps(ADD))
    orders.as_owner("ALTER TABLE orders ADD COLUMN currency int")
    report = change.run("apply", "add")
    assert (report.outcome, report.reason, report.steps_done) == ("Failed", "SchemaDrifted", ())
    assert "column public.orders.currency added" in report.message
    assert columns(orders) == ["id", "note", "currency"]


DRIFTS = [
    (
        "ALTER TABLE orders ALTER COLUMN note TYPE varchar(9)",
        "column public.orders.note: type was text, is character varying(9)",
    ),
    ("ALTER TABLE orders DROP COLUMN note", "column public.orders.note removed"),
    ("ALTER TABLE orders ALTER COLUMN note SET NOT NULL", "column public.orders.note: "),
    ("CREATE INDEX orders_note ON orders (note)", "index public.orders_note added"),
    ("ALTER TABLE orders OWNER TO postgres", "table public.orders: owner was app_owner, is postgres"),
    ("CREATE VIEW notes AS SELECT note FROM orders", "view public.notes added"),
    ("GRANT SELECT ON orders TO PUBLIC", "table public.orders: "),
]


@pytest.mark.parametrize(("drift", "named"), DRIFTS)
def test_a_drift_is_named_with_what_was_and_what_is(orders: Database, tmp_path: Path, drift: str, named: str) -> None:
    change = Change(orders, tmp_path, steps(ADD))
    orders.superuser.execute(drift)
    report = change.run("apply", "add")
    assert (report.outcome, report.reason, report.steps_done) == ("Failed", "SchemaDrifted", ()), report.message
    assert named in report.message
    assert "approvals of this one do not count" in report.message


def test_another_major_version_is_a_drift_before_the_first_step_alone(orders: Database, tmp_path: Path) -> None:
    change = Change(orders, tmp_path, steps(ADD, NEXT))
    planned, other = change.plan, change.plan.model_copy(update={"server_version": "13.1"})
    change.plan = other
    with pytest.raises(Stop, match="planned for PostgreSQL") as raised:
        change.run("apply", "add")
    assert raised.value.reason == "SchemaDrifted"
    change.plan = planned
    assert change.run("apply", "add").reason == "StepDone"
    change.plan = other
    digest = planned.evidence_digest()
    assert change.run("apply", "next", steps_done=("add",), plan_digest=digest).reason == "StepDone"


def test_a_drift_before_a_backfill_is_one_too(orders: Database, tmp_path: Path) -> None:
    fill = {"name": "fill", "backfill": {"table": "orders", "set": {"note": "'y'"}, "where": "note = 'x'"}}
    change = Change(orders, tmp_path, steps(fill))
    orders.as_owner("CREATE INDEX orders_note ON orders (note)")
    report = change.run("backfill", "fill")
    assert (report.reason, report.steps_done) == ("SchemaDrifted", ())
    assert "index public.orders_note added" in report.message
    assert orders.value("SELECT count(*) FROM orders WHERE note = 'y'") == 0


def test_a_long_definition_is_not_kept_whole_and_still_told_apart(orders: Database, tmp_path: Path) -> None:
    condition = " OR ".join(f"note = '{number:04}'" for number in range(100))
    orders.as_owner(f"ALTER TABLE orders ADD CONSTRAINT long CHECK ({condition} OR note = 'x') NOT VALID")
    change = Change(orders, tmp_path, steps(ADD))
    assert "0099" not in change.plan.text()
    orders.as_owner(
        f"ALTER TABLE orders DROP CONSTRAINT long, ADD CONSTRAINT long CHECK ({condition} OR note = 'y') NOT VALID"
    )
    report = change.run("apply", "add")
    assert "constraint public.orders.long: definition was CHECK" in report.message


def test_a_drift_after_the_first_step_does_not_stop_the_second(orders: Database, tmp_path: Path) -> None:
    change = Change(orders, tmp_path, steps(ADD, NEXT))
    change.run("apply", "add")
    assert change.run("apply", "next").outcome == "Done"


def test_a_change_elsewhere_is_no_drift(orders: Database, tmp_path: Path) -> None:
    change = Change(orders, tmp_path, steps(ADD))
    orders.as_owner("CREATE TABLE elsewhere (id int)")
    assert change.run("apply", "add").outcome == "Done"


def test_steps_come_in_order(orders: Database, tmp_path: Path) -> None:
    report = Change(orders, tmp_path, steps(ADD, NEXT)).run("apply", "next")
    assert (report.outcome, report.reason, report.steps_done) == ("Retry", "StepsLost", ())
    assert "add" in report.message


def test_relations_of_an_open_change_are_its_own(orders: Database, tmp_path: Path) -> None:
    change = Change(orders, tmp_path, steps(ADD))
    change.run("apply", "add")
    second = change.another("second", steps=steps({"name": "a", "sql": "ALTER TABLE orders ADD COLUMN b int"}))
    report = second.run("apply", "a")
    assert (report.outcome, report.reason) == ("Retry", "RelationsHeld")
    assert "shop/orders-currency" in report.message
    third = change.another(
        "third", relations=("public.made",), steps=steps({"name": "a", "sql": "CREATE TABLE made (id int)"})
    )
    assert third.run("apply", "a").outcome == "Done"


def test_an_unproven_change_holds_the_database(orders: Database, tmp_path: Path) -> None:
    change = Change(orders, tmp_path, steps(ADD))
    change.run("apply", "add")
    orders.superuser.execute("UPDATE schemachange.change SET state = 'Unproven'")
    second = change.another(
        "second", relations=("public.made",), steps=steps({"name": "a", "sql": "CREATE TABLE made (id int)"})
    )
    report = second.run("apply", "a")
    assert (report.outcome, report.reason) == ("Retry", "DatabaseHeld")
    assert change.run("apply", "add", attempt=2).reason == "StepDone"


def test_a_name_is_not_used_twice(orders: Database, tmp_path: Path) -> None:
    change = Change(orders, tmp_path, steps(ADD))
    change.run("apply", "add")
    other = Change(orders, tmp_path, steps(NEXT))
    assert other.run("apply", "next").reason == "NameReused"


def blocker(database: Database, statement: str = "LOCK TABLE orders IN ACCESS SHARE MODE") -> Any:
    session = database.another_superuser()
    session.execute("BEGIN")
    session.execute(statement)
    return session


def test_a_lock_that_cannot_be_had_is_given_up_and_its_holder_named(orders: Database, tmp_path: Path) -> None:
    orders.superuser.execute("GRANT pg_read_all_stats TO operator_login")
    change = Change(orders, tmp_path, steps(ADD))
    with blocker(orders) as holder:
        report = change.run("apply", "add")
        assert (report.outcome, report.reason, report.steps_done) == ("Retry", "WaitingForLock", ())
        assert f"pid {holder.info.backend_pid}, user postgres (somebody), idle in transaction since" in report.message
        assert "last query: LOCK TABLE orders IN ACCESS SHARE MODE" in report.message
        holder.execute("ROLLBACK")
    assert columns(orders) == ["id", "note"]
    assert orders.query("SELECT FROM schemachange.change") == []


def test_the_application_waits_no_longer_than_the_policy_says(orders: Database, tmp_path: Path) -> None:
    change = Change(orders, tmp_path, steps(ADD))
    with blocker(orders) as holder:
        waits: list[float] = []
        ended = threading.Event()

        def read() -> None:
            with orders.another_superuser() as reader:
                while not ended.is_set():
                    waits.append(
                        reader.execute(
                            "SELECT extract(epoch FROM clock_timestamp() - statement_timestamp()) AS s FROM orders LIMIT 1"
                        ).fetchone()["s"]  # type: ignore[index]
                    )

        reading = threading.Thread(target=read)
        reading.start()
        change.run("apply", "add")
        ended.set()
        reading.join()
        holder.execute("ROLLBACK")
    assert float(max(waits)) < 1.0
    timeouts = [event["timeout"] for event in change.events() if event["event"] == "lock_not_available"]
    assert len(timeouts) == 2, "one try to see who is in the way, one when patience is at its end"
    assert max(timeouts) <= 200


def test_it_goes_on_as_soon_as_the_lock_is_free(orders: Database, tmp_path: Path) -> None:
    change = Change(orders, tmp_path, steps(ADD))
    with blocker(orders) as holder:
        original = change.log.write

        def write(text: str) -> int:
            if '"lock_not_available"' in text:
                holder.execute("ROLLBACK")
            return original(text)

        change.log.write = write  # type: ignore[method-assign]
        assert change.run("apply", "add").outcome == "Done"


def test_a_stop_cancels_the_statement(orders: Database, tmp_path: Path) -> None:
    change = Change(
        orders, tmp_path, steps({"name": "a", "sql": "ALTER TABLE orders ADD COLUMN a int; SELECT pg_sleep(60)"})
    )
    process = change.start("apply", "a")
    wait_for(orders, "SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'")
    process.terminate()
    report = process.report(10)
    assert (report.outcome, report.reason, report.steps_done) == ("Retry", "Stopped", ())
    assert columns(orders) == ["id", "note"]


def test_a_runner_killed_in_the_middle_is_followed_by_one_that_applies_once(orders: Database, tmp_path: Path) -> None:
    sql = """
    ALTER TABLE orders ADD COLUMN times int DEFAULT 0;
    UPDATE orders SET times = times + 1;
    SELECT pg_sleep(1.5)"""
    change = Change(orders, tmp_path, steps({"name": "a", "sql": sql}))
    process = change.start("apply", "a")
    wait_for(
        orders,
        "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1.5)%' AND state = 'active' AND pid <> pg_backend_pid()",
    )
    process.kill()
    report = change.run("apply", "a", attempt=2)
    assert (report.outcome, report.already_done) == ("Done", False)
    assert orders.query("SELECT DISTINCT times FROM orders") == [{"times": 1}]
    assert [event["application_name"] for event in change.events() if event["event"] == "orphan_ended"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_lost_answer_to_commit_is_decided_by_the_ledger(
    orders: Database, tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = psycopg.Connection.execute

    def execute(self: Any, query: Any, *others: Any, **options: Any) -> Any:
        if query != "COMMIT" or self.info.transaction_status.name != "INTRANS":
            return original(self, query, *others, **options)
        if moment == "after":
            original(self, query)
        orders.superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [self.info.backend_pid])
        return original(self, "SELECT 1")

    monkeypatch.setattr(psycopg.Connection, "execute", execute)
    change = Change(orders, tmp_path, steps(ADD))
    report = change.run("apply", "add")
    if moment == "after":
        assert (report.outcome, report.reason, report.steps_done) == ("Done", "StepDone", ("add",))
    else:
        assert (report.outcome, report.reason, report.steps_done) == ("Retry", "DatabaseUnreachable", ())
        assert change.run("apply", "add", attempt=2).outcome == "Done" or moment == "before"


def test_another_runner_on_the_database_is_waited_for_and_named(
    orders: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schemachange_operator.postgres.advisory.TRIES", 2)
    with orders.session("schemachange/other/apply/1/x") as session:
        DatabaseLock(session).acquire(lambda _: False)
        with pytest.raises(TryLater, match="schemachange/other/apply/1/x") as raised:
            Change(orders, tmp_path, steps(ADD)).run("apply", "add")
        assert raised.value.reason == "DatabaseBusy"


@pytest.mark.parametrize(
    ("role", "words"),
    [("postgres", "cannot become"), ("operator_login", "are both"), ("nobody_at_all", "cannot become")],
)
def test_a_role_that_cannot_do_it_is_refused(orders: Database, tmp_path: Path, role: str, words: str) -> None:
    with pytest.raises(Stop, match=words) as raised:
        Change(orders, tmp_path, steps(ADD)).run("apply", "add", migration_role=role)
    assert raised.value.reason == "PermissionMissing"


def test_a_wrong_password_is_said_and_not_shown(orders: Database, tmp_path: Path) -> None:
    change = Change(orders, tmp_path, steps(ADD))
    (tmp_path / "credentials" / "password").write_text("not-the-secret")
    with pytest.raises(TryLater) as raised:
        change.run("apply", "add")
    assert raised.value.reason == "AuthenticationFailed"
    assert "not-the-secret" not in str(raised.value)


def test_the_ledger_finds_what_the_plan_wants_to_know(orders: Database, tmp_path: Path) -> None:
    change = Change(orders, tmp_path, steps(ADD))
    change.run("apply", "add")
    with orders.session(read_only=True) as session:
        found = ledger.find(session, "shop", change.name)
    assert found is not None
    assert (found.state, found.steps_done, found.plan) == ("Open", ("add",), change.plan)
    assert [approval.approved_by for approval in found.approvals] == ["olga"]
