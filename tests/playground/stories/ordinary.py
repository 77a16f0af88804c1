"""Changes as they come every day."""

from collections.abc import Callable

from playground import examples
from playground.shop import Shop
from playground.stories.evidence import has_column, ledger_state, steps_done, valid_index

Tell = Callable[[str], None]


def five_steps(shop: Shop, tell: Tell) -> None:
    """Column, trigger, backfill, check, validation, NOT NULL, while orders are inserted."""
    name = shop.apply(examples.change("01-orders-currency.yaml"))
    shop.wait_for_plan(name)
    tell("planned; the owner approves")
    status = shop.carry_out(name)
    assert steps_done(shop, name) == "add,fill,check,validate,require"
    assert shop.ask("SELECT count(*) FROM orders WHERE currency IS NULL") == 0
    wrong = "SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.currency <> c.currency"
    assert shop.ask(wrong) == 0
    assert shop.ask("SELECT attnotnull FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'currency'")
    assert ledger_state(shop, name) == "Completed"
    phases = [record["phase"] for record in status["history"]]
    assert phases[:2] == ["Planning", "AwaitingApproval"]
    assert phases[-2:] == ["Verifying", "Completed"]
    reasons = {event["reason"] for event in shop.events(name)}
    assert {"SchemaChangeApplied", "BackfillRequired"} <= reasons
    tell(f"{status['steps'][1]['progress']['text'] if status['steps'][1].get('progress') else 'filled'}")


def index_concurrently(shop: Shop, tell: Tell) -> None:
    """A statement that cannot be in a transaction."""
    name = shop.apply(examples.change("02-orders-created-at-index.yaml"))
    shop.wait_for_plan(name)
    tell("planned; the owner approves")
    shop.carry_out(name)
    assert valid_index(shop, "orders_created_at")
    assert ledger_state(shop, name) == "Completed"


def wrong_order(shop: Shop, tell: Tell) -> None:
    """The second change comes first, and waits."""
    second, first = examples.load("06-dependent-changes.yaml")
    waiting = shop.apply(second)
    shop.wait(waiting, "Pending", "DependencyMissing", seconds=30)
    tell(f"{waiting} waits for a change that does not exist yet")
    needed = shop.apply(first)
    shop.wait(waiting, "Pending", "DependencyNotCompleted", seconds=30)
    shop.carry_out(needed)
    tell(f"{needed} is completed, so {waiting} is planned")
    shop.carry_out(waiting)
    assert has_column(shop, "vouchers", "code")
