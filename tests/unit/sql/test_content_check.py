"""Every problem of a content is found at its field, and only there."""

import pytest

from schemachange_operator.api.migration import Assertion, Backfill
from schemachange_operator.core.content import Content, ContentStep, Undo
from schemachange_operator.core.sql.content_check import check_content

GOOD_BACKFILL = {
    "table": "orders",
    "set": {"currency": "(SELECT c.currency FROM customers c WHERE c.id = orders.customer_id)"},
}


def backfill_content(**changes: object) -> Content:
    backfill = Backfill.model_validate(GOOD_BACKFILL | changes)
    return Content(steps=(ContentStep(name="fill", backfill=backfill, undo=Undo(not_needed="x")),))


def verify_content(sql: str) -> Content:
    step = ContentStep(name="add", sql="ALTER TABLE a ADD b int", undo=Undo(sql="ALTER TABLE a DROP b"))
    return Content(steps=(step,), verify=(Assertion(name="filled", sql=sql),))


@pytest.mark.parametrize(
    "content",
    [
        backfill_content(),
        backfill_content(table='shop."Orders"', where="currency IS NULL -- all"),
        verify_content("SELECT count(*) = 0 FROM orders WHERE currency IS NULL"),
        verify_content("WITH a AS (SELECT 1) SELECT true FROM a;"),
    ],
)
def test_good_content_has_no_problem(content: Content) -> None:
    assert check_content(content) == ()


BAD = [
    (backfill_content(table="orders; DROP TABLE orders"), "backfill.table"),
    (backfill_content(table="orders, customers"), "backfill.table"),
    (backfill_content(table="(SELECT 1)"), "backfill.table"),
    (backfill_content(table="a.b.c"), "backfill.table"),
    (backfill_content(set={"a": "1; DROP TABLE orders"}), "backfill.set[a]"),
    (backfill_content(set={"a": "1), (2"}), "backfill.set[a]"),
    (backfill_content(set={"a": "1) FROM b WHERE (true"}), "backfill.set[a]"),
    (backfill_content(set={"a": "1) UNION SELECT (2"}), "backfill.set[a]"),
    (backfill_content(set={"a": "1 +"}), "backfill.set[a]"),
    (backfill_content(where="currency IS"), "backfill.where"),
    (backfill_content(where="true); DELETE FROM a WHERE (true"), "backfill.where"),
]


@pytest.mark.parametrize(("content", "field"), BAD)
def test_a_bad_backfill_is_found(content: Content, field: str) -> None:
    (problem,) = check_content(content)
    assert problem.field == f"spec.migration.steps[fill].{field}"
    assert problem.message


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT true; SELECT true",
        "DELETE FROM a",
        "WITH d AS (DELETE FROM a RETURNING 1) SELECT true FROM d",
        "SELECT true FROM a FOR UPDATE",
        "SELECT 1, 2",
        "SELECT true INTO a",
        "SELEC",
        "-- nothing",
    ],
)
def test_a_bad_assertion_is_found(sql: str) -> None:
    (problem,) = check_content(verify_content(sql))
    assert problem.field == "spec.verify[filled].sql"


def test_every_problem_is_named_with_its_field() -> None:
    steps = (
        ContentStep(name="one", sql="COMMIT", undo=Undo(sql="\\d")),
        ContentStep(name="two", sql="VACUUM a; SELECT 1", undo=Undo(irreversible="gone")),
    )
    assert [problem.field for problem in check_content(Content(steps=steps))] == [
        "spec.migration.steps[one].sql",
        "spec.migration.steps[one].rollback.sql",
        "spec.migration.steps[two].sql",
    ]


def test_a_change_of_one_step_is_named_as_it_is_written() -> None:
    step = ContentStep(name="migration", sql="", undo=Undo(sql=""))
    assert [problem.field for problem in check_content(Content(steps=(step,)), one_step=True)] == [
        "spec.migration.sql",
        "spec.rollback.sql",
    ]
