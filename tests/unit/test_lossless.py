"""Which changes of type lose nothing, so that no backup is due; what is not known may lose."""

import pytest

from schemachange_operator.core.lossless import lossless_statements, without_lossless
from schemachange_operator.core.prediction import predicted_plan
from unit.rules.support import SHOP, UNKNOWN, content

KEPT = (
    "ALTER TABLE orders ALTER quantity TYPE bigint",
    "ALTER TABLE orders ALTER quantity TYPE numeric, ALTER code TYPE varchar(40)",
    "ALTER TABLE orders ALTER quantity TYPE bigint USING quantity::bigint, ADD COLUMN x int",
    "ALTER TABLE orders ALTER amount TYPE integer",
)
LOST = (
    "ALTER TABLE orders ALTER quantity TYPE smallint",
    "ALTER TABLE orders ALTER quantity TYPE bigint, DROP COLUMN note",
    "ALTER TABLE orders ALTER quantity TYPE bigint USING 0",
    "ALTER TABLE orders ALTER total TYPE numeric(12, 1)",
    "ALTER TABLE orders ALTER code TYPE varchar(10)",
    "ALTER TABLE orders ALTER quantity TYPE real",
    "ALTER TABLE orders ALTER placed_at TYPE date",
    "ALTER TABLE orders ALTER data TYPE jsonb",
    "ALTER TABLE unheard_of ALTER quantity TYPE bigint",
    "DROP TABLE orders",
    "DO $$ BEGIN ALTER TABLE orders ALTER quantity TYPE bigint; DELETE FROM orders; END $$",
)


@pytest.mark.parametrize("sql", KEPT)
def test_nothing_is_lost(sql: str) -> None:
    change = content(sql)
    careful = predicted_plan(change)
    assert careful.steps[0].destroys and any("may destroy" in note for note in careful.notes)
    plan = without_lossless(careful, lossless_statements(change, SHOP))
    assert not plan.steps[0].destroys and not plan.steps[0].statements[0].destructive
    assert not any("may destroy" in note for note in plan.notes)


@pytest.mark.parametrize("sql", LOST)
def test_something_may_be_lost(sql: str) -> None:
    change = content(sql)
    assert lossless_statements(change, SHOP) == {}
    assert predicted_plan(change).steps[0].destroys


def test_without_a_catalog_everything_may_be_lost() -> None:
    assert lossless_statements(content(KEPT[0]), UNKNOWN) == {}


def test_one_that_destroys_beside_it_keeps_its_demand() -> None:
    change = content(f"{KEPT[0]};\nDELETE FROM orders")
    plan = without_lossless(predicted_plan(change), lossless_statements(change, SHOP))
    assert plan.steps[0].destroys and [one.destructive for one in plan.steps[0].statements] == [False, True]
