"""The safe sequences in a whole plan: from the analysis through the rehearsal to the document, and on the command line."""

from pathlib import Path

import psycopg
import pytest

from postgres.support.database import Database
from postgres.support.planning import SHOP, Planning
from schemachange_operator.core.sequences.hiding import MARK
from testcluster.servers import Server

LARGE = "INSERT INTO orders (customer_id, note) SELECT 1 + g % 50, 'n' FROM generate_series(1, 2000) g; ANALYZE orders;"
CHANGE = """
CREATE TABLE notes (id bigint PRIMARY KEY);
ALTER TABLE orders ADD CONSTRAINT note_known CHECK (note <> 'forbidden word');
ALTER TABLE orders ALTER COLUMN placed_at DROP NOT NULL;
"""
BACK = """
ALTER TABLE orders ALTER COLUMN placed_at SET NOT NULL;
ALTER TABLE orders DROP CONSTRAINT note_known;
DROP TABLE notes;
"""


@pytest.fixture
def planning(database: Database, throwaway: Server, tmp_path: Path) -> Planning:
    database.as_owner(SHOP + LARGE)
    steps = [
        {"name": "notes", "sql": CHANGE, "undo": {"sql": BACK}},
        {"name": "index", "sql": "CREATE INDEX orders_note ON orders (note)", "undo": {"sql": "DROP INDEX orders_note"}},
    ]
    return Planning(database, throwaway, tmp_path, steps)


def test_a_plan_has_them_tried_and_without_literals(planning: Planning) -> None:
    _, plan = planning.planned()
    assert [(one.rule, one.step, one.statement, one.verified) for one in plan.sequences] == [
        ("add-check-scans", "notes", 2, True),
        ("create-index-blocks-writes", "index", 1, True),
    ], plan.sequences
    first, second = plan.sequences
    assert f"CHECK (note <> {MARK}) NOT VALID;\n-- next step\n" in first.sql
    assert "bring the schema back" in first.note and "stay in step notes" in first.note
    assert second.sql == "CREATE INDEX CONCURRENTLY orders_note ON orders USING btree (note);"
    assert "forbidden" not in plan.text()
    assert [event["rule"] for event in planning.events("offer_tried")] == ["add-check-scans", "create-index-blocks-writes"]
    assert "forbidden" not in planning.log.getvalue()


def test_a_rehearsal_does_not_fail_for_want_of_a_copy(planning: Planning, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise psycopg.errors.DiskFull("no room")

    monkeypatch.setattr("schemachange_operator.runner.rehearsal.offers._copy", refuse)
    _, plan = planning.planned()
    assert [one.verified for one in plan.sequences] == [False, False]
    assert all("Not tried in the rehearsal" in one.note for one in plan.sequences), plan.sequences
