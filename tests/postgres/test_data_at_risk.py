"""The ways out that docs/how-to/data-at-risk.md shows, taken on a real server."""

import re
from pathlib import Path
from typing import Any

import pytest

from postgres.support.change import Change
from postgres.support.database import Database
from schemachange_operator.postgres.ledger_history import read_history

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "data-at-risk.md"
STEPS: list[dict[str, Any]] = [
    {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN a int", "undo": {"sql": "ALTER TABLE orders DROP COLUMN a"}},
    # No query tells whether it was this statement that took it away.
    {"name": "other", "sql": "DROP SUBSCRIPTION IF EXISTS another", "undo": {"notNeeded": "test"}},
]


def shown(begin: str) -> str:
    """The statement that the page shows, for this change."""
    (found,) = re.findall(rf"^ *({begin} .*?;)$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    return str(found).replace("'STEP'", "'other'").replace("'NAME'", "'orders-currency'")


@pytest.fixture
def change(database: Database, tmp_path: Path) -> Change:
    """Cut off in its second step."""
    database.as_owner("CREATE TABLE orders (id bigint PRIMARY KEY)")
    change = Change(database, tmp_path, STEPS)
    assert change.run("apply", "add").outcome == "Done"
    database.superuser.execute(
        "INSERT INTO schemachange.step (change_id, name, state, attempt) SELECT id, 'other', 'Intent', 1 FROM schemachange.change"
    )
    for command in ("apply", "rollback"):
        report = change.run(command, "other", attempt=2)
        assert (report.outcome, report.reason) == ("Failed", "StateUnproven"), report
        assert "docs/how-to/data-at-risk.md" in report.message
    return change


def test_a_statement_that_had_no_effect_is_run_again(database: Database, change: Change) -> None:
    database.superuser.execute(shown("DELETE FROM"))  # type: ignore[arg-type]
    report = change.run("apply", "other", attempt=3)
    assert (report.outcome, report.already_done) == ("Done", False)
    ran = "SELECT FROM schemachange.statement WHERE step = 'other' AND direction = 'Apply'"
    assert len(database.query(ran)) == 1


def test_a_statement_that_had_its_effect_is_not_run_again(database: Database, change: Change) -> None:
    database.superuser.execute(shown("UPDATE"))  # type: ignore[arg-type]
    assert change.run("apply", "other", attempt=3).already_done
    assert change.run("verify").outcome == "Done"


def test_without_it_the_rest_can_be_undone(database: Database, change: Change) -> None:
    database.superuser.execute(shown("DELETE FROM"))  # type: ignore[arg-type]
    assert change.run("rollback", attempt=3).proven
    with database.session() as session:
        assert any(entry.by_hand for entry in read_history(session, None, None)), "the chain tells who wrote it"
