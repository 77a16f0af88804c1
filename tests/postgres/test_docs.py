"""The SQL that docs/ shows for the ledger runs against the ledger as it is."""

import re
from pathlib import Path

import pytest

from postgres.support.change import Change, steps
from postgres.support.database import Database

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
PAGES = [
    DOCS / "tutorial.md",
    DOCS / "explanation" / "ledger.md",
    DOCS / "how-to" / "undo.md",
    DOCS / "how-to" / "data-at-risk.md",
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_sql_about_the_ledger_runs(page: Path, database: Database, tmp_path: Path) -> None:
    report = Change(database, tmp_path, steps({"name": "a", "sql": "CREATE TABLE made (id int)"})).run("apply", "a")
    assert report.outcome == "Done"
    blocks = re.findall(r"```sql\n(.*?)```", page.read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        assert database.superuser.execute(block).fetchall()


def test_every_table_of_the_ledger_is_explained(database: Database, tmp_path: Path) -> None:
    Change(database, tmp_path, steps({"name": "a", "sql": "CREATE TABLE made (id int)"})).run("apply", "a")
    question = "SELECT relname AS name FROM pg_class WHERE relnamespace = 'schemachange'::regnamespace AND relkind = 'r'"
    tables = {row["name"] for row in database.superuser.execute(question).fetchall()}
    text = PAGES[1].read_text()
    assert [table for table in sorted(tables - {"version"}) if f"`schemachange.{table}`" not in text] == []
