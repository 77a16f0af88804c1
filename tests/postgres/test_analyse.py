"""What the analysis finds before anything is rehearsed, each with the way out."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from postgres.support.database import Database
from postgres.support.planning import SHOP, Planning
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.task import RunReport
from schemachange_operator.postgres import ledger
from schemachange_operator.runner.analysis.facts import DUMP, FACTS, SNAPSHOT, read_facts
from testcluster.servers import Server

Plan = Callable[..., Planning]
ADD = [{"name": "add", "sql": "ALTER TABLE orders ADD COLUMN x int", "undo": {"sql": "ALTER TABLE orders DROP COLUMN x"}}]
OTHER = [{"name": "add", "sql": "ALTER TABLE orders ADD COLUMN y int", "undo": {"sql": "ALTER TABLE orders DROP COLUMN y"}}]


@pytest.fixture
def plan(database: Database, throwaway: Server, tmp_path: Path) -> Plan:
    database.as_owner(SHOP)

    def make(steps: list[dict[str, Any]] = ADD, **others: Any) -> Planning:
        return Planning(database, throwaway, tmp_path, steps, **others)

    return make


@pytest.fixture
def role(database: Database) -> Iterator[Callable[[str], str]]:
    """Make a role that is gone after the test."""
    made: list[str] = []

    def make(definition: str) -> str:
        name = f"role_{len(made)}"
        database.superuser.execute(f"CREATE ROLE {name} {definition}")
        made.append(name)
        return name

    yield make
    for name in made:
        database.superuser.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(name)))


def test_it_leaves_schema_snapshot_and_facts(plan: Plan, database: Database) -> None:
    planning = plan()
    assert planning.run("analyse").outcome == "Done"
    work = planning.folders.work
    assert {DUMP, FACTS, SNAPSHOT} <= {path.name for path in work.iterdir()}
    facts = read_facts(work)
    assert facts.major == database.server.major
    assert facts.relations == ("public.orders",)
    assert facts.fingerprint.startswith("sha256:")
    assert [(size.relation, size.rows) for size in facts.sizes] == [("public.orders", 300)]
    assert {role.name for role in facts.roles} >= {"app_owner", "operator_login"}
    assert database.credentials.password not in "".join(path.read_text(errors="replace") for path in work.iterdir())


def test_it_writes_nothing(plan: Plan, database: Database) -> None:
    before = database.value("SELECT pg_current_wal_insert_lsn()::text || pg_current_xact_id_if_assigned()::text")
    plan().run("analyse")
    after = database.value("SELECT pg_current_wal_insert_lsn()::text || pg_current_xact_id_if_assigned()::text")
    assert before == after


def refused(report: RunReport, reason: str, *words: str) -> None:
    assert (report.outcome, report.reason) == ("Failed", reason), report
    for word in words:
        assert word in report.message


def test_a_role_that_does_not_exist(plan: Plan) -> None:
    refused(plan(members={"migration_role": "nobody"}).run("analyse"), "PermissionMissing", "nobody", "does not exist")


def test_a_superuser_as_migration_role(plan: Plan, role: Callable[[str], str]) -> None:
    refused(plan(members={"migration_role": role("SUPERUSER")}).run("analyse"), "PermissionMissing", "superuser")


def test_a_role_that_the_login_is_no_member_of(plan: Plan, role: Callable[[str], str]) -> None:
    name = role("NOLOGIN")
    report = plan(members={"migration_role": name}).run("analyse")
    refused(report, "PermissionMissing", f"GRANT {name} TO operator_login")


def test_the_login_as_migration_role(plan: Plan) -> None:
    refused(plan(members={"migration_role": "operator_login"}).run("analyse"), "PermissionMissing", "operator_login")


def test_tables_that_the_login_cannot_read(plan: Plan, database: Database) -> None:
    database.superuser.execute("CREATE TABLE hidden (id int)")
    refused(plan().run("analyse"), "PermissionMissing", "hidden", "GRANT pg_read_all_data TO operator_login")


def test_a_login_that_has_to_become_the_owner(plan: Plan, database: Database) -> None:
    database.superuser.execute("ALTER ROLE operator_login NOINHERIT")
    if database.server.major >= 16:
        database.superuser.execute("GRANT app_owner TO operator_login WITH INHERIT FALSE")
    try:
        assert plan().job("analyse", "rehearse").reason == "PlanReady"
    finally:
        database.superuser.execute("ALTER ROLE operator_login INHERIT")
        if database.server.major >= 16:
            database.superuser.execute("GRANT app_owner TO operator_login WITH INHERIT TRUE")


def test_a_missing_secret_a_wrong_password_and_no_server(plan: Plan) -> None:
    planning = plan()
    (planning.folders.credentials / "password").write_text("wrong-password")
    report = planning.run("analyse")
    assert (report.outcome, report.reason) == ("Retry", "AuthenticationFailed")
    assert "wrong-password" not in report.message + planning.log.getvalue()
    (planning.folders.credentials / "password").unlink()
    refused(planning.run("analyse"), "SecretMissing", "password")
    gone = plan()
    gone.members["connection"] = gone.database.connection.model_copy(update={"port": 1})
    assert gone.run("analyse").reason == "DatabaseUnreachable"


def in_the_ledger(planning: Planning, state: str) -> PlanDocument:
    """A ledger that has the change in this state, written as a runner would."""
    request = planning.request()
    plan = PlanDocument(
        content_digest=request.content_digest,
        server_version="1",
        fingerprint="sha256:1",
        relations=("public.orders",),
        steps=(),
    )
    with planning.database.session() as session:
        ledger.install(session, request.migration_role)
        with session.transaction():
            opened = ledger.open_change(
                session, request.model_copy(update={"plan_digest": "sha256:approved"}), planning.content, plan, {}
            )
            if state != "Open":
                ledger.close(session, opened, state, "as told")  # type: ignore[arg-type]
    return plan


def test_a_change_that_was_completed_is_recognised(plan: Plan) -> None:
    in_the_ledger(planning := plan(), "Completed")
    for report in (planning.run("analyse"), planning.run("rehearse")):
        assert (report.outcome, report.reason, report.already_done) == ("Done", "AlreadyApplied", True)
        assert report.ledger is not None
        assert (report.ledger.state, report.ledger.plan_digest) == ("Completed", "sha256:approved")
        assert report.ledger.completed_at


def test_a_change_that_was_begun_goes_on_under_its_plan(plan: Plan) -> None:
    stored = in_the_ledger(planning := plan(), "Open")
    report, found = planning.planned()
    assert (report.reason, found) == ("ResumedFromLedger", stored)
    assert report.ledger is not None
    assert report.ledger.state == "Open"


@pytest.mark.parametrize("state", ["Open", "Completed", "Unproven"])
def test_a_name_with_other_content_is_refused(plan: Plan, state: str) -> None:
    in_the_ledger(plan(OTHER), state)
    refused(plan().job("analyse", "rehearse"), "NameReused", "shop/orders-currency", state)


def test_a_change_whose_state_is_unproven_is_taken_over_so_that_an_abort_can_undo_it(plan: Plan) -> None:
    stored = in_the_ledger(planning := plan(), "Unproven")
    report, found = planning.planned()
    assert (report.reason, found) == ("ResumedFromLedger", stored)


def test_without_its_plan_an_unproven_change_is_left_to_people(plan: Plan) -> None:
    in_the_ledger(planning := plan(), "Unproven")
    planning.database.superuser.execute("UPDATE schemachange.change SET plan = NULL")
    refused(planning.run("analyse"), "StateUnproven", "docs/how-to/data-at-risk.md")


def test_a_change_that_was_rolled_back_is_planned_anew(plan: Plan) -> None:
    in_the_ledger(planning := plan(), "RolledBack")
    assert planning.job("analyse", "rehearse").reason == "PlanReady"


def test_a_restore_that_fails_names_the_cause(plan: Plan) -> None:
    planning = plan()
    assert planning.run("analyse").outcome == "Done"
    (planning.folders.work / DUMP).write_bytes(b"not a dump")
    refused(planning.run("rehearse"), "RehearsalRestoreFailed", "could not be rebuilt")


RISKY = [
    {"name": "risky", "sql": "CREATE INDEX i ON orders (note);\nDROP TABLE IF EXISTS x", "undo": {"sql": "DROP INDEX i"}}
]
MANY = "INSERT INTO orders (customer_id, note) SELECT 1, 'x' FROM generate_series(1, 3000); ANALYZE orders"


def test_the_rules_know_how_large_a_table_is(plan: Plan, database: Database) -> None:
    planning = plan(RISKY)
    assert planning.run("analyse").outcome == "Done"
    assert read_facts(planning.folders.work).findings == ()
    database.superuser.execute(MANY)
    assert planning.run("analyse").outcome == "Done"
    (finding,) = read_facts(planning.folders.work).findings
    assert (finding.rule, finding.severity, finding.relation) == ("create-index-blocks-writes", "Warn", "public.orders")


def test_the_policy_stops_a_statement_and_a_waiver_lets_it_pass(plan: Plan, database: Database) -> None:
    database.superuser.execute(MANY)
    policy = {"policy": {"rules": {"create-index-blocks-writes": "Block"}}}
    report = plan(RISKY, members=policy).run("analyse")
    assert (report.outcome, report.reason) == ("Failed", "RuleViolated")
    for words in ("create-index-blocks-writes", "step risky, statement 1 (line 1)", "CONCURRENTLY", "spec.waivers"):
        assert words in report.message
    waivers = [{"rule": "create-index-blocks-writes", "step": "risky", "reason": "in a window"}]
    planning = plan(RISKY, members={**policy, "record": {"waivers": waivers}})
    _, document = planning.planned()
    assert [(one.severity, one.waived) for one in document.findings] == [("Block", "in a window")]
