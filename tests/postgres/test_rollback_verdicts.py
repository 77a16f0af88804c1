"""What a rollback leaves: the rehearsal stops at a difference and at lost rows, and tells residue."""

from pathlib import Path

import pytest

from postgres.support.database import Database
from postgres.support.planning import Planning
from testcluster.servers import Server

SHOP = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, state text NOT NULL DEFAULT 'new', feeling mood);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE, amount int);
CREATE SEQUENCE numbers;
"""

# A change, its rollback, and words of the message.
STOPPED = {
    "a column that comes back empty": (
        "ALTER TABLE customers DROP COLUMN feeling",
        "ALTER TABLE customers ADD COLUMN feeling mood",
        "public.customers (feeling; 200 rows before, 200 after)",
    ),
    "a column that comes back with its default": (
        "ALTER TABLE customers DROP COLUMN state",
        "ALTER TABLE customers ADD COLUMN state text NOT NULL DEFAULT 'new'",
        "public.customers (state;",
    ),
    "an update that is not taken back": ("UPDATE orders SET amount = 0", "SELECT 1", "public.orders (amount;"),
    "values that change places": (
        "UPDATE orders SET amount = 201 - amount",
        "SELECT 1",
        "public.orders (amount;",
    ),
    "rows that are gone": ("DELETE FROM customers WHERE id <= 10", "SELECT 1", "public.customers ("),
    "rows that are left": (
        "INSERT INTO customers (id, name) VALUES (-1, 'x')",
        "SELECT 1",
        "200 rows before, 201 after",
    ),
    "a type there and back that cuts": (
        "ALTER TABLE orders ALTER amount TYPE smallint USING (amount / 100)::smallint",
        "ALTER TABLE orders ALTER amount TYPE int",
        "public.orders (amount;",
    ),
    "a label of an enum": ("ALTER TYPE mood ADD VALUE 'good'", "SELECT 1", "No rollback can undo this: type public.mood"),
    "a default that is gone": (
        "ALTER TABLE customers ALTER state DROP DEFAULT",
        "SELECT 1",
        "column public.customers.state: default",
    ),
}

# A change, its rollback, and the residue as kind.attribute of which object.
LEFT = {
    "nothing": ("ALTER TABLE customers ALTER name SET DEFAULT 'x'", "ALTER TABLE customers ALTER name DROP DEFAULT", set()),
    "an update that is taken back": (
        "UPDATE orders SET amount = amount + 1",
        "UPDATE orders SET amount = amount - 1",
        set(),
    ),
    "the place of a dropped column": (
        "ALTER TABLE customers ADD COLUMN x int",
        "ALTER TABLE customers DROP COLUMN x",
        {"physical.dropped_columns public.customers"},
    ),
    "a toast table": (
        "ALTER TABLE orders ADD COLUMN x text",
        "ALTER TABLE orders DROP COLUMN x",
        {"physical.dropped_columns public.orders", "physical.toast_table public.orders"},
    ),
    "statistics": (
        "ALTER TABLE orders ALTER amount TYPE bigint",
        "ALTER TABLE orders ALTER amount TYPE int",
        {"physical.statistics public.orders"},
    ),
    "a gap in a sequence": ("SELECT nextval('numbers')", "SELECT 1", {"physical.position public.numbers"}),
}


def planning(database: Database, throwaway: Server, root: Path, text: str, undo: str) -> Planning:
    database.as_owner(SHOP)
    return Planning(database, throwaway, root, [{"name": "only", "sql": text, "undo": {"sql": undo}}])


@pytest.mark.parametrize(("text", "undo", "said"), STOPPED.values(), ids=STOPPED.keys())
def test_what_does_not_come_back_is_stopped(
    database: Database, throwaway: Server, tmp_path: Path, text: str, undo: str, said: str
) -> None:
    report = planning(database, throwaway, tmp_path, text, undo).job("analyse", "rehearse")
    assert (report.outcome, report.reason) == ("Failed", "RollbackDiffers"), report.message
    assert said in report.message
    assert "irreversible" in report.message


@pytest.mark.parametrize(("text", "undo", "residue"), LEFT.values(), ids=LEFT.keys())
def test_what_storage_keeps_is_told(
    database: Database, throwaway: Server, tmp_path: Path, text: str, undo: str, residue: set[str]
) -> None:
    _, plan = planning(database, throwaway, tmp_path, text, undo).planned()
    assert {f"{one.kind}.{one.attribute} {one.name}" for one in plan.residue} == residue
    assert plan.rollback_proven
    if "orders" in text:
        assert {one.relation for one in plan.data} == {"public.customers", "public.orders"}
    assert all(one.rows_before == one.rows_after == 200 and not one.columns_changed for one in plan.data)


def test_the_order_of_columns_is_residue(database: Database, throwaway: Server, tmp_path: Path) -> None:
    database.as_owner("CREATE TABLE empty (a int, b int CHECK (b * b = 2 AND b <> b), c int)")
    steps = [
        {
            "name": "only",
            "sql": "ALTER TABLE empty DROP COLUMN a",
            "undo": {"sql": "ALTER TABLE empty ADD COLUMN a int"},
        }
    ]
    plan = Planning(database, throwaway, tmp_path, steps, members={"policy": {"rehearsal": {"rows": 0}}}).planned()[1]
    assert {one.name for one in plan.residue if one.attribute == "rank"} == {
        "public.empty.a",
        "public.empty.b",
        "public.empty.c",
    }
    assert plan.data == ()


def test_what_is_declared_irreversible_is_not_asked_back(database: Database, throwaway: Server, tmp_path: Path) -> None:
    database.as_owner(SHOP)
    steps = [
        {"name": "gone", "sql": "DELETE FROM orders; DELETE FROM customers", "undo": {"irreversible": "not wanted"}},
        {"name": "more", "sql": "ALTER TABLE orders ADD x int", "undo": {"sql": "ALTER TABLE orders DROP x"}},
    ]
    plan = Planning(database, throwaway, tmp_path, steps).planned()[1]
    assert plan.data == ()
    assert not plan.rollback_proven
