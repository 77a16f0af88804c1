"""From plan to target: what was rehearsed is what the target then gets, by the runner's own commands."""

from pathlib import Path
from typing import Any

import pytest

from postgres.support.database import Database
from postgres.support.planning import SHOP, Planning
from postgres.test_rehearsal import FILLED, ORDERS_CURRENCY, one
from schemachange_operator.core.task import RunReport
from testcluster.servers import Server

NEW_TABLE = one(
    "CREATE TABLE vouchers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint REFERENCES orders,"
    " code text UNIQUE DEFAULT 'x'); CREATE VIEW open_vouchers AS SELECT id FROM vouchers; COMMENT ON TABLE vouchers IS 'x'",
    "DROP VIEW open_vouchers; DROP TABLE vouchers",
)
INDEX = one("CREATE INDEX CONCURRENTLY orders_note ON orders (note)", "DROP INDEX CONCURRENTLY orders_note")
DROPPED = one("ALTER TABLE orders DROP COLUMN note", None)


@pytest.mark.parametrize(
    "steps", [ORDERS_CURRENCY, NEW_TABLE, INDEX, DROPPED], ids=["orders-currency", "new", "index", "dropped"]
)
def test_the_target_becomes_what_was_rehearsed(
    steps: list[dict[str, Any]], database: Database, throwaway: Server, tmp_path: Path
) -> None:
    database.as_owner(SHOP)
    # What the target has and a plain copy could miss: rights that new objects get by default.
    database.as_owner("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC")
    planning = Planning(database, throwaway, tmp_path, steps, verify=FILLED if steps is ORDERS_CURRENCY else [])
    _, plan = planning.planned()
    planning.plan = plan
    run(planning, "plan-digest")
    assert planning.run("verify").outcome == "Done"


def run(planning: Planning, plan_digest: str) -> None:
    assert planning.plan is not None
    known = {"plan_digest": plan_digest, "fingerprint": planning.plan.fingerprint, "relations": planning.plan.relations}
    for step in planning.content.steps:
        command = "backfill" if step.backfill else "apply"
        planning.members = {**known, "task": command, "step": step.name}
        report = planning.run(command)
        assert report.outcome == "Done", report
    planning.members = {**known, "task": "verify"}


REWRITE = one(
    "ALTER TABLE orders ALTER COLUMN note TYPE text COLLATE \"C\" USING note || ''",
    "ALTER TABLE orders ALTER COLUMN note TYPE text COLLATE \"default\" USING note || ''",
)


def test_a_step_waits_for_the_room_that_its_plan_foretells(database: Database, throwaway: Server, tmp_path: Path) -> None:
    database.as_owner(SHOP)
    planning = Planning(database, throwaway, tmp_path, REWRITE)
    _, planning.plan = planning.planned()
    report = first_step(planning, disk_mebibytes=1)
    assert (report.outcome, report.reason, report.steps_done) == ("Retry", "DiskTooSmall", ()), report.message
    assert "public.orders is written anew" in report.message
    assert first_step(planning, disk_mebibytes=1_000_000).outcome == "Done"


def test_what_has_changed_since_the_plan_is_named(database: Database, throwaway: Server, tmp_path: Path) -> None:
    database.as_owner(SHOP)
    planning = Planning(database, throwaway, tmp_path, INDEX)
    _, planning.plan = planning.planned()
    database.as_owner("ALTER TABLE orders ALTER COLUMN note SET DEFAULT 'none'")
    report = first_step(planning)
    assert (report.outcome, report.reason, report.steps_done) == ("Failed", "SchemaDrifted", ()), report.message
    assert "Changed: column public.orders.note: default was " in report.message


def first_step(planning: Planning, **members: Any) -> RunReport:
    plan = planning.plan
    assert plan is not None
    known = {"plan_digest": "plan-digest", "fingerprint": plan.fingerprint, "relations": plan.relations}
    planning.members = {**known, "task": "apply", "step": planning.content.steps[0].name, **members}
    return planning.run("apply")
