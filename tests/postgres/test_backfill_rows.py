"""Rows that cannot be filled: found, named by key, left as they are; all others are filled, and each once."""

from pathlib import Path
from typing import Any

import pytest

from postgres.support.change import IMPATIENT, Change, steps
from postgres.support.database import Database
from schemachange_operator.runner import tidying

ORDERS = """
CREATE TABLE orders (id bigint PRIMARY KEY, amount int NOT NULL, filled int NOT NULL DEFAULT 0, share int);
INSERT INTO orders SELECT n, n % 10 + 1 FROM generate_series(1, 1000) n"""
BAD = [1, 500, 501, 1000]


@pytest.fixture
def orders(database: Database) -> Database:
    database.as_owner(ORDERS)
    return database


def filling(database: Database, root: Path, rules: dict[str, Any] | None = None, **members: Any) -> Change:
    fill = {"table": "orders", "set": {"filled": "filled + 1", "share": "100 / amount"}, "where": "share IS NULL"}
    policy = IMPATIENT.model_dump(mode="json", by_alias=True)
    policy["backfill"] |= {"batchSize": 64, **(rules or {})}
    step = {"name": "fill", "backfill": {**fill, **members}}
    return Change(database, root, steps(step), policy=type(IMPATIENT).model_validate(policy))


def zero(database: Database, ids: list[int]) -> None:
    database.superuser.execute("UPDATE orders SET amount = 0 WHERE id = ANY (%s)", [ids])


def aside(database: Database) -> list[list[str]]:
    detail = database.value("SELECT detail FROM schemachange.step WHERE name = 'fill'")
    return [row["key"] for row in detail.get("aside", [])]


@pytest.mark.parametrize("where", ["share IS NULL", None])
def test_they_are_named_and_all_others_filled_once(orders: Database, tmp_path: Path, where: str | None) -> None:
    zero(orders, BAD)
    change = filling(orders, tmp_path, where=where)
    report = change.run("backfill", "fill")
    assert (report.outcome, report.reason, report.steps_done) == ("Failed", "BackfillFailed", ())
    assert "4 rows of orders cannot be filled" in report.message
    assert "All others are filled: 996 rows are" in report.message
    for number in BAD:
        assert f"id {number}: division by zero (SQLSTATE 22012)" in report.message
    assert aside(orders) == [[str(number)] for number in BAD]
    assert orders.query("SELECT id, share FROM orders WHERE filled <> 1 ORDER BY id") == [
        {"id": number, "share": None} for number in BAD
    ]
    again = change.run("backfill", "fill", attempt=2)
    assert again.message == report.message, "trying again changes nothing while they are as they are"
    orders.superuser.execute("UPDATE orders SET amount = 4 WHERE id IN (1, 500)")
    assert "2 rows of orders cannot be filled" in change.run("backfill", "fill", attempt=3).message
    assert aside(orders) == [["501"], ["1000"]]
    orders.superuser.execute("UPDATE orders SET amount = 4 WHERE id = 501; DELETE FROM orders WHERE id = 1000")
    report = change.run("backfill", "fill", attempt=4)
    assert (report.outcome, report.steps_done) == ("Done", ("fill",)), report.message
    assert aside(orders) == []
    assert orders.query("SELECT DISTINCT filled FROM orders") == [{"filled": 1}]
    assert orders.value("SELECT count(*) FROM orders WHERE share = 100 / amount") == 999


def test_some_may_be_left_where_the_policy_says_so(orders: Database, tmp_path: Path) -> None:
    zero(orders, BAD)
    report = filling(orders, tmp_path, {"failedRows": 4}).run("backfill", "fill")
    assert (report.outcome, report.steps_done) == ("Done", ("fill",)), report.message
    assert "4 that could not be filled are left as they were" in report.message
    assert aside(orders) == [[str(number)] for number in BAD], "the record keeps them"


def test_an_expression_that_always_fails_is_given_up_early(orders: Database, tmp_path: Path) -> None:
    orders.superuser.execute("UPDATE orders SET amount = 0")
    change = filling(orders, tmp_path)
    report = change.run("backfill", "fill")
    assert (report.outcome, report.reason) == ("Failed", "BackfillFailed")
    assert "101 rows of orders cannot be filled" in report.message
    assert "It stopped there: 0 rows are" in report.message
    assert len(aside(orders)) == 100


WAYS: list[tuple[str, str, str]] = [
    ("a constraint", "ALTER TABLE orders ADD CHECK (id <> 77 OR share IS NULL)", 'violates check constraint "orders_check"'),
    (
        "a constraint at the end of the transaction",
        "CREATE TABLE s (n int PRIMARY KEY); INSERT INTO s SELECT generate_series(1, 100); UPDATE orders SET amount = 3 WHERE id = 77;"
        " DELETE FROM s WHERE n = 33; UPDATE orders SET amount = 4 WHERE amount = 3 AND id <> 77;"
        " ALTER TABLE orders ADD FOREIGN KEY (share) REFERENCES s DEFERRABLE INITIALLY DEFERRED",
        "violates foreign key constraint",
    ),
    (
        "a trigger that takes the value away",
        "CREATE FUNCTION take() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.share := NULL; RETURN NEW; END$$;"
        " CREATE TRIGGER take BEFORE UPDATE ON orders FOR EACH ROW WHEN (NEW.id = 77) EXECUTE FUNCTION take()",
        "it matches `where` even after it was filled",
    ),
    (
        "a trigger that raises what it finds",
        "CREATE FUNCTION take() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'amount is \"%\"', NEW.amount; END$$;"
        " CREATE TRIGGER take BEFORE UPDATE ON orders FOR EACH ROW WHEN (NEW.id = 77) EXECUTE FUNCTION take()",
        "amount is … (SQLSTATE P0001)",
    ),
]


@pytest.mark.parametrize(("sql", "words"), [way[1:] for way in WAYS], ids=[way[0] for way in WAYS])
def test_whatever_refuses_the_row(orders: Database, tmp_path: Path, sql: str, words: str) -> None:
    orders.as_owner(sql)
    report = filling(orders, tmp_path).run("backfill", "fill")
    assert (report.outcome, report.reason) == ("Failed", "BackfillFailed")
    assert "1 rows of orders cannot be filled" in report.message
    assert "id 77: " in report.message
    assert words in report.message
    assert orders.value("SELECT count(*) FROM orders WHERE share IS NOT NULL AND filled = 1") == 999


def test_a_fault_of_the_whole_is_not_blamed_on_rows(orders: Database, tmp_path: Path) -> None:
    orders.as_owner(
        "CREATE TABLE other (n int); ALTER TABLE other OWNER TO app_owner;"
        "CREATE FUNCTION missing() RETURNS int LANGUAGE plpgsql AS $$BEGIN RETURN (SELECT n FROM nowhere); END$$"
    )
    report = filling(orders, tmp_path, set={"share": "missing()"}).run("backfill", "fill")
    assert (report.outcome, report.reason) == ("Failed", "BackfillFailed")
    assert "42P01" in report.message
    assert aside(orders) == []


def test_a_batch_that_would_stall_the_application_is_done_in_smaller_ones(orders: Database, tmp_path: Path) -> None:
    slow = {"filled": "filled + 1", "share": "CASE WHEN pg_sleep(0.01)::text = '' THEN 1 END"}
    change = filling(orders, tmp_path, set=slow, where="share IS NULL AND id <= 128")
    policy = change.policy.model_copy(update={"locks": change.policy.locks.model_copy(update={"stall_milliseconds": 200})})
    report = change.run("backfill", "fill", policy=policy)
    assert report.outcome == "Done", report.message
    assert any(event["event"] == "batch_cut_off" for event in change.events())
    assert orders.value("SELECT count(*) FROM orders WHERE filled = 1 AND share = 1") == 128


@pytest.mark.parametrize(("percent", "least", "most"), [(25, 2, 4), (0, 0, 0)])
def test_the_table_is_vacuumed_between_shares_of_it(
    orders: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, percent: int, least: int, most: int
) -> None:
    monkeypatch.setattr(tidying, "FEWEST", 10)
    orders.as_owner("ALTER TABLE orders SET (autovacuum_enabled = off)")
    change = filling(orders, tmp_path, {"vacuumPercent": percent})
    orders.as_owner("ANALYZE orders")
    assert change.run("backfill", "fill").outcome == "Done"
    vacuums = [event for event in change.events() if event["event"] == "vacuumed"]
    assert least <= len(vacuums) <= most
    assert [event["complaints"] for event in vacuums] == [[]] * len(vacuums)


def test_a_vacuum_that_is_not_allowed_is_told_once(
    orders: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "FEWEST", 10)
    orders.superuser.execute("ALTER TABLE orders OWNER TO postgres; GRANT SELECT, UPDATE ON orders TO app_owner")
    # Whoever owns the database may vacuum all of it.
    orders.superuser.execute(f"ALTER DATABASE {orders.connection.database} OWNER TO postgres")
    change = filling(orders, tmp_path, {"vacuumPercent": 10})
    orders.superuser.execute("ANALYZE orders")
    assert change.run("backfill", "fill").outcome == "Done"
    (told,) = [event for event in change.events() if event["event"] == "vacuumed"]
    assert "permission denied" in told["complaints"][0] or "only table or database owner" in told["complaints"][0]
