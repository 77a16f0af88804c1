"""A rehearsal on rows of the target: a sample that holds together, a clone, limits, and no value in any output."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from postgres.support.database import Database
from postgres.support.planning import Planning
from testcluster.servers import Server

SHOP = """
CREATE TABLE regions (id int PRIMARY KEY, name text);
CREATE TABLE customers (a int, b int, region int REFERENCES regions, remark text, PRIMARY KEY (a, b));
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, b int, parent bigint REFERENCES orders, note text,
  doubled int GENERATED ALWAYS AS (a * 2) STORED, FOREIGN KEY (a, b) REFERENCES customers);
CREATE TABLE unrelated (id int);
INSERT INTO regions SELECT g, 'hushed region ' || g FROM generate_series(1, 20) g;
INSERT INTO customers SELECT g, g + 1, 1 + g % 20, E'hushed\\t\\\\ ' || g FROM generate_series(1, 3000) g;
INSERT INTO orders (a, b, parent, note) SELECT g, g + 1, nullif(g / 2, 0), 'hushed note' FROM generate_series(1, 3000) g;
INSERT INTO unrelated SELECT generate_series(1, 100);
ANALYZE;
"""
PARTS = """
CREATE TABLE parts (id int, region text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE parts_north PARTITION OF parts FOR VALUES IN ('north');
CREATE TABLE parts_south PARTITION OF parts FOR VALUES IN ('south');
CREATE TABLE uses_parts (id int PRIMARY KEY, part int, region text, FOREIGN KEY (part, region) REFERENCES parts);
INSERT INTO parts SELECT g, CASE WHEN g % 2 = 0 THEN 'north' ELSE 'south' END FROM generate_series(1, 500) g;
INSERT INTO uses_parts SELECT g, g, CASE WHEN g % 2 = 0 THEN 'north' ELSE 'south' END FROM generate_series(1, 500) g;
ANALYZE;
"""
ADD = [{"name": "only", "sql": "ALTER TABLE orders ADD x int", "undo": {"sql": "ALTER TABLE orders DROP x"}}]


def rehearsing(database: Database, throwaway: Server, root: Path, steps: Any = ADD, **rules: Any) -> Planning:
    return Planning(
        database, throwaway, root, steps, members={"policy": {"rehearsal": rules, "rules": {"data-violates": "Warn"}}}
    )


def in_copy(throwaway: Server, text: str) -> Any:
    with psycopg.connect(throwaway.url("rehearsal"), autocommit=True) as session:
        row = session.execute(text).fetchone()
        return row[0] if row else None


ORPHANS = """
SELECT (SELECT count(*) FROM orders o WHERE NOT EXISTS (SELECT FROM customers c WHERE (c.a, c.b) = (o.a, o.b)))
     + (SELECT count(*) FROM orders o WHERE parent IS NOT NULL AND NOT EXISTS (SELECT FROM orders p WHERE p.id = o.parent))
     + (SELECT count(*) FROM customers c WHERE NOT EXISTS (SELECT FROM regions r WHERE r.id = c.region))
"""


def test_a_sample_brings_what_its_rows_refer_to(database: Database, throwaway: Server, tmp_path: Path) -> None:
    database.as_owner(SHOP)
    planning = rehearsing(database, throwaway, tmp_path, source="Sample", rows=50)
    _, plan = planning.planned()
    assert plan.rows_from == "Sample"
    assert 20 <= plan.rows_generated["public.orders"] <= 400
    assert 20 <= plan.rows_generated["public.customers"] <= 400
    assert 1 <= plan.rows_generated["public.regions"] <= 20
    assert "public.unrelated" not in plan.rows_generated
    assert in_copy(throwaway, ORPHANS) == 0
    assert in_copy(throwaway, "SELECT count(*) FROM orders WHERE doubled = a * 2") == plan.rows_generated["public.orders"]
    assert in_copy(throwaway, "SELECT count(*) FROM customers WHERE remark = E'hushed\\t\\\\ ' || a") > 0
    assert plan.data[0].rows_before > 0
    assert "hushed" not in plan.text() + planning.log.getvalue()
    assert list((tmp_path / "work").glob("rows.*")) == []
    assert "hushed" not in throwaway.log.read_text()


def test_a_new_row_gets_a_number_that_no_copied_row_has(database: Database, throwaway: Server, tmp_path: Path) -> None:
    database.as_owner(SHOP)
    steps = [
        {
            "name": "only",
            "sql": "INSERT INTO orders (a, b) VALUES (1, 2)",
            "undo": {"sql": "DELETE FROM orders WHERE note IS NULL"},
        }
    ]
    _, plan = rehearsing(database, throwaway, tmp_path, steps, source="Clone").planned()
    assert plan.rows_from == "Clone"
    assert plan.rollback_proven
    assert plan.rows_generated["public.orders"] == 3000


def test_a_clone_that_is_too_large_is_refused(database: Database, throwaway: Server, tmp_path: Path) -> None:
    database.as_owner(SHOP)
    database.as_owner("INSERT INTO orders (a, b, note) SELECT 1, 2, repeat(md5(g::text), 9) FROM generate_series(1, 5000) g")
    planning = rehearsing(database, throwaway, tmp_path, source="Clone", copyMebibytes=1)
    report = planning.job("analyse")
    assert (report.outcome, report.reason) == ("Failed", "RowsNotCopied")
    assert "at most 1 MiB" in report.message
    assert list((tmp_path / "work").glob("rows.*")) == []


def test_a_sample_that_is_too_large_is_refused(database: Database, throwaway: Server, tmp_path: Path) -> None:
    database.as_owner("CREATE TABLE orders (id int, note text)")
    database.as_owner("INSERT INTO orders SELECT 1, repeat(md5(g::text), 900) FROM generate_series(1, 500) g")
    report = rehearsing(database, throwaway, tmp_path, source="Sample", rows=500, copyMebibytes=2).job("analyse")
    assert (report.outcome, report.reason) == ("Failed", "RowsNotCopied")


def test_rows_of_partitions_are_copied(database: Database, throwaway: Server, tmp_path: Path) -> None:
    database.as_owner(PARTS)
    steps = [{"name": "only", "sql": "ALTER TABLE uses_parts ADD x int", "undo": {"sql": "ALTER TABLE uses_parts DROP x"}}]
    _, plan = rehearsing(database, throwaway, tmp_path, steps, source="Sample", rows=30).planned()
    assert plan.rows_generated["public.uses_parts"] == 30
    assert plan.rows_generated["public.parts_north"] + plan.rows_generated["public.parts_south"] == 30
    assert (
        in_copy(
            throwaway, "SELECT count(*) FROM uses_parts JOIN parts ON (parts.id, parts.region) = (part, uses_parts.region)"
        )
        == 30
    )


def test_the_targets_rows_decide(database: Database, throwaway: Server, tmp_path: Path) -> None:
    database.as_owner(SHOP)
    steps = [
        {
            "name": "only",
            "sql": "ALTER TABLE orders ADD CONSTRAINT c CHECK (note <> 'hushed note')",
            "undo": {"sql": "ALTER TABLE orders DROP CONSTRAINT c"},
        }
    ]
    planning = rehearsing(database, throwaway, tmp_path, steps, source="Sample", rows=50)
    report = planning.job("analyse", "rehearse")
    assert (report.outcome, report.reason) == ("Failed", "RehearsalFailed")
    assert "is violated by some row" in report.message
    assert "hushed" not in report.message + throwaway.log.read_text()


def test_a_value_is_in_no_message(database: Database, throwaway: Server, tmp_path: Path) -> None:
    database.as_owner(SHOP)
    steps = [
        {
            "name": "only",
            "sql": "ALTER TABLE orders ALTER note TYPE int USING note::int",
            "undo": {"irreversible": "numbers"},
        }
    ]
    planning = rehearsing(database, throwaway, tmp_path, steps, source="Clone")
    report = planning.job("analyse", "rehearse")
    assert (report.outcome, report.reason) == ("Failed", "RehearsalFailed")
    assert "hushed" not in report.message + planning.log.getvalue() + throwaway.log.read_text()


def test_hidden_rows_are_an_error(database: Database, throwaway: Server, tmp_path: Path) -> None:
    database.as_owner(SHOP)
    database.as_owner("ALTER TABLE orders ENABLE ROW LEVEL SECURITY; ALTER TABLE orders FORCE ROW LEVEL SECURITY")
    report = rehearsing(database, throwaway, tmp_path, source="Sample", rows=50).job("analyse")
    assert (report.outcome, report.reason) == ("Failed", "RowsNotCopied")
    assert "row-level security" in report.message


@pytest.mark.parametrize("source", ["Sample", "Clone"])
def test_the_applications_tests_get_generated_rows(
    database: Database, throwaway: Server, tmp_path: Path, source: str
) -> None:
    database.as_owner(SHOP)
    planning = rehearsing(database, throwaway, tmp_path, source=source, rows=50)
    planning.members["task"] = "test"
    assert planning.job("analyse", "test-apply").outcome == "Done"
    assert in_copy(throwaway, "SELECT count(*) FROM customers WHERE remark ~ 'hushed'") == 0
    assert in_copy(throwaway, "SELECT count(*) FROM orders") == 50
