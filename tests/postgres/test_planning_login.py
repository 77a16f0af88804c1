"""The plan by a login that only reads, with the rights that docs/how-to/install.md grants and no others."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from postgres.support.database import Database
from postgres.support.planning import SHOP, Planning
from postgres.test_analyse import in_the_ledger
from schemachange_operator.postgres import ledger
from schemachange_operator.postgres.catalog import take_snapshot
from schemachange_operator.postgres.session import Credentials, connect
from schemachange_operator.runner.analysis.facts import read_facts
from testcluster.servers import Server

INSTALL = Path(__file__).parents[2] / "docs" / "how-to" / "install.md"
READER, PASSWORD = "shop_planning", "reader-secret"
STEPS: list[dict[str, Any]] = [
    {
        "name": "require",
        "sql": "ALTER TABLE orders ALTER note SET NOT NULL;\nALTER TABLE orders ALTER note TYPE varchar(40);\n"
        "ALTER TABLE sales.deals ADD CHECK (amount > 0);\nALTER TABLE orders ADD UNIQUE (id, note)",
        "undo": {"irreversible": "a test"},
    },
    {
        "name": "fill",
        "backfill": {"table": "orders", "set": {"note": "'x'"}, "where": "note = ''"},
        "undo": {"notNeeded": "x"},
    },
]
MORE = """
CREATE SCHEMA sales;
CREATE TABLE sales.deals (id serial PRIMARY KEY, amount integer);
CREATE SEQUENCE sales.numbers;
CREATE MATERIALIZED VIEW sales.sums AS SELECT sum(amount) FROM sales.deals;
CREATE FUNCTION sales.total() RETURNS bigint LANGUAGE sql AS 'SELECT sum(amount) FROM sales.deals';
REVOKE ALL ON ALL TABLES IN SCHEMA sales FROM PUBLIC; REVOKE ALL ON FUNCTION sales.total() FROM PUBLIC;
"""


def documented() -> list[str]:
    """The statements of install.md about this login."""
    (block,) = re.findall(rf"```sql\n(CREATE ROLE {READER}.*?)```", INSTALL.read_text(), re.DOTALL)
    lines = [re.sub(r"--.*", "", line).strip() for line in block.splitlines()]
    assert len(lines) > 3
    return lines


@pytest.fixture
def reader(database: Database) -> Iterator[Credentials]:
    database.as_owner(SHOP + MORE)
    name = sql.Identifier(database.connection.database).as_string()
    for line in documented():
        database.superuser.execute(line.replace("DATABASE shop", f"DATABASE {name}").replace("…", PASSWORD))
    yield Credentials(READER, PASSWORD)
    database.superuser.execute(f"DROP OWNED BY {READER}; DROP ROLE {READER}")


@pytest.fixture
def planning(database: Database, reader: Credentials, throwaway: Server, tmp_path: Path) -> Planning:
    made = Planning(database, throwaway, tmp_path, STEPS)
    made.members["connection"] = database.connection.model_copy(update={"planning_secret_name": "orders-planning"})
    (made.folders.credentials / "username").write_text(reader.user)
    (made.folders.credentials / "password").write_text(reader.password)
    return made


def test_it_plans_with_sizes_probes_and_a_rehearsal(planning: Planning) -> None:
    _, plan = planning.planned()
    assert {(one.relation, one.rows) for one in plan.sizes} >= {("public.orders", 300)}
    assert len(plan.probes) == 4 and {one.answer for one in plan.probes} == {"Fits"}
    assert {one.about for one in plan.circumstances} == {"Activity"}
    assert plan.rehearsed and plan.difference
    assert PASSWORD not in planning.log.getvalue()


def test_it_finds_a_violation(planning: Planning) -> None:
    planning.database.as_owner("UPDATE orders SET note = NULL WHERE id = 1")
    report = planning.run("analyse")
    assert report.reason == "RuleViolated" and "rows with NULL in note: 1 found" in report.message


def test_it_sees_the_same_schema_as_the_login_that_applies(planning: Planning, reader: Credentials) -> None:
    with planning.database.session() as session:
        ledger.install(session, planning.database.migration_role)
        whole = take_snapshot(session)
    with connect(planning.database.connection, reader, "test", read_only=True) as session:
        assert take_snapshot(session) == whole


@pytest.mark.parametrize("state", ["Open", "Completed"])
def test_it_reads_the_ledger(planning: Planning, state: str) -> None:
    in_the_ledger(planning, state)
    report = planning.run("analyse")
    assert report.outcome == "Done" and report.ledger is not None and report.ledger.state == state


def test_a_ledger_that_it_may_not_read_names_the_grant(planning: Planning) -> None:
    in_the_ledger(planning, "Open")
    planning.database.superuser.execute(f"REVOKE pg_read_all_data FROM {READER}")
    planning.database.superuser.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER}")
    report = planning.run("analyse")
    assert report.reason == "PermissionMissing"
    assert f"GRANT USAGE ON SCHEMA schemachange TO {READER}" in report.message


def test_rows_that_row_security_hides_are_not_taken_for_all(planning: Planning) -> None:
    planning.database.as_owner("ALTER TABLE orders ENABLE ROW LEVEL SECURITY; UPDATE orders SET note = NULL")
    assert planning.run("analyse").outcome == "Done"
    reasons = {one.reason for one in read_facts(planning.folders.work).probes if one.relation == "public.orders"}
    assert reasons == {"the login may not read all of its rows"}


def test_it_cannot_write_and_cannot_become_the_owner(planning: Planning, reader: Credentials) -> None:
    with connect(planning.database.connection, reader, "test", read_only=True) as session:
        session.execute("SET default_transaction_read_only = off")
        for attempt in ("INSERT INTO public.customers VALUES (99, 'x')", "SET ROLE app_owner", "CREATE TABLE sales.x ()"):
            with pytest.raises(Exception, match="permission denied"):
                session.execute(attempt)


def test_without_it_a_login_that_cannot_become_the_owner_is_refused(planning: Planning) -> None:
    planning.members["connection"] = planning.database.connection
    report = planning.run("analyse")
    assert report.reason == "PermissionMissing" and "cannot become the migration role" in report.message
