"""A completed change is undone by a new one, and that by another, from plan to target, by the runner's own commands."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from postgres.support.database import Database
from postgres.support.planning import SHOP, Planning
from postgres.test_rehearsal import ORDERS_CURRENCY, one
from schemachange_operator.core.content import Content
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.quarantine import in_full
from schemachange_operator.core.revert import reverted
from schemachange_operator.core.snapshot import difference
from schemachange_operator.core.task import RunReport
from schemachange_operator.core.verdict import without_residue
from schemachange_operator.postgres.catalog import take_snapshot
from testcluster.servers import Server

NEW_TABLE = one("CREATE TABLE vouchers (id bigint PRIMARY KEY, code text)", "DROP TABLE vouchers")
INDEX = one("CREATE INDEX CONCURRENTLY orders_note ON orders (note)", "DROP INDEX CONCURRENTLY orders_note")
VOUCHER = one("ALTER TABLE orders ADD COLUMN voucher text", "ALTER TABLE orders DROP COLUMN voucher")


@dataclass
class Shop:
    """One database, and changes to it one after the other."""

    database: Database
    throwaway: Server
    root: Path
    plans: dict[str, PlanDocument] = field(default_factory=dict)

    def planning(self, name: str, content: Content) -> Planning:
        change = {"uid": name, "namespace": "shop", "name": name}
        planning = Planning(self.database, self.throwaway, self.root / name, [], members={"change": change})
        planning.content = content
        return planning

    def plan(self, name: str, content: Content) -> RunReport:
        return self.planning(name, content).job("analyse", "rehearse")

    def complete(self, name: str, content: Content) -> Content:
        """Plan, apply and verify it."""
        planning = self.planning(name, content)
        report, planning.plan = planning.planned()
        assert report.outcome == "Done"
        self.plans[name] = planning.plan
        own = {**planning.members, "plan_digest": name, "fingerprint": planning.plan.fingerprint}
        own["relations"] = planning.plan.relations
        for step in content.steps:
            task = "backfill" if step.backfill else "apply"
            planning.members = {**own, "task": task, "step": step.name}
            assert (done := planning.run(task)).outcome == "Done", done
        planning.members = {**own, "task": "verify"}
        assert (done := planning.run("verify")).outcome == "Done", done
        return content

    def outcome(self, name: str) -> object:
        return self.database.value(f"SELECT outcome FROM schemachange.change WHERE name = '{name}'")

    def catalog(self) -> dict[str, Any]:
        return take_snapshot(self.database.superuser)


@pytest.fixture
def shop(database: Database, throwaway: Server, tmp_path: Path) -> Shop:
    database.as_owner(SHOP)
    return Shop(database, throwaway, tmp_path)


def change(steps: list[dict[str, Any]]) -> Content:
    return Content.model_validate({"steps": steps})


def undo(content: Content, name: str) -> Content:
    found, problems = reverted(content, "shop", name)
    assert found is not None, problems
    return found


def same(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return not without_residue(difference(before, after))


@pytest.mark.parametrize("steps", [ORDERS_CURRENCY, NEW_TABLE, INDEX], ids=["five steps", "table", "index"])
def test_applied_undone_and_applied_again(steps: list[dict[str, Any]], shop: Shop) -> None:
    before = shop.catalog()
    first = shop.complete("first", change(steps))
    after = shop.catalog()
    assert not same(before, after)
    second = shop.complete("second", undo(first, "first"))
    assert same(before, shop.catalog())
    assert shop.outcome("first") == "Applied and verified. Undone since by shop/second."
    assert shop.outcome("second") == "Applied and verified. It undid shop/first."
    third = shop.complete("third", undo(second, "second"))
    assert third.steps == first.steps
    assert same(after, shop.catalog())
    if steps is ORDERS_CURRENCY:
        assert shop.database.value("SELECT count(*) FROM orders WHERE currency IS NULL") == 0, "filled again"


def test_an_object_made_again_is_told_that_it_was_undone(shop: Shop) -> None:
    first = shop.complete("first", change(INDEX))
    shop.complete("second", undo(first, "first"))
    report = shop.plan("first", first)
    assert (report.reason, report.ledger and report.ledger.reverted_by) == ("AlreadyApplied", "second")
    assert "undone since by second" in report.message
    assert shop.plan("second", undo(first, "first")).reason == "AlreadyApplied"


def _never_applied(shop: Shop) -> Content:
    shop.complete("other", change(VOUCHER))
    return undo(change(INDEX), "first")


def _other_content(shop: Shop) -> Content:
    shop.complete("first", change(INDEX))
    return undo(change(NEW_TABLE), "first")


def _undone_already(shop: Shop) -> Content:
    first = shop.complete("first", change(INDEX))
    shop.complete("second", undo(first, "first"))
    return undo(first, "first")


def _no_ledger(_: Shop) -> Content:
    return undo(change(INDEX), "first")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_no_ledger, "does not have shop/first as completed"),
        (_never_applied, "does not have shop/first as completed"),
        (_other_content, "with the content"),
        (_undone_already, "undone already by shop/second"),
    ],
)
def test_the_ledger_decides_whether_there_is_something_to_undo(
    make: Callable[[Shop], Content], words: str, shop: Shop
) -> None:
    report = shop.plan("revert", make(shop))
    assert (report.outcome, report.reason) == ("Failed", "RevertRefused")
    assert words in report.message


def test_last_in_first_out_unless_the_rehearsal_shows_that_they_do_not_meet(shop: Shop) -> None:
    first = shop.complete("first", change(VOUCHER))
    shop.complete("beside", change(INDEX))
    second = shop.complete(
        "second", change(one("CREATE INDEX orders_voucher ON orders (voucher)", "DROP INDEX orders_voucher"))
    )
    report = shop.plan("revert", undo(first, "first"))
    assert (report.outcome, report.reason) == ("Failed", "RevertRefused")
    assert "Later changes rest on what shop/first did: shop/second." in report.message
    shop.complete("revert-second", undo(second, "second"))
    shop.complete("revert", undo(first, "first"))
    assert shop.database.value("SELECT count(*) FROM pg_attribute WHERE attname = 'voucher' AND NOT attisdropped") == 0


def test_what_went_into_quarantine_is_brought_back_and_goes_in_again(shop: Shop) -> None:
    shop.database.as_owner("GRANT SELECT (note) ON orders TO PUBLIC")
    before = shop.catalog()
    first = shop.complete(
        "first", change([{"name": "away", "quarantine": {"table": "orders", "column": "note"}, "undo": {}}])
    )
    plan = shop.plans["first"]
    after = shop.catalog()
    assert not same(before, after)
    unknown, problems = reverted(first, "shop", "first")
    assert unknown is None and problems[0].reason == "RevertImpossible", "without the plan nobody knows what it ran"
    second = shop.complete("second", undo(in_full(first, plan.written), "first"))
    assert same(before, shop.catalog())
    third = shop.complete("third", undo(second, "second"))
    assert third.steps == first.steps
    assert same(after, shop.catalog())
