"""Changes that fail: on the target's data, and already in the rehearsal."""

from collections.abc import Callable

from playground import examples
from playground.shop import Shop
from playground.stories.evidence import catalog, has_column, ledger_state, open_changes

Tell = Callable[[str], None]

MENDED = """
ALTER TABLE customers ADD COLUMN region text;
CREATE INDEX customers_region ON customers (region);
ALTER TABLE customers ADD CONSTRAINT customers_email_real CHECK (email LIKE '%@%');
"""


def third_statement_fails(shop: Shop, tell: Tell) -> None:
    """Passes the rehearsal, fails on the target's data, leaves nothing, and completes once mended."""
    before = catalog(shop)
    example = examples.change("04-customers-region.yaml")
    name = shop.apply(example)
    shop.approve(name)
    status = shop.wait(name, "Blocked", "RolledBackAfterFailure")
    assert "statement 3" in status["message"]
    assert catalog(shop) == before
    assert open_changes(shop) == 0
    assert not status["frozen"]
    tell("failed at its third statement; the catalog is as before")
    shop.apply(example, migration={"sql": MENDED})
    shop.carry_out(name)
    assert has_column(shop, "customers", "region")
    assert ledger_state(shop, name) == "Completed"
    tell("mended by an edit, planned and approved anew, completed")


def half_a_rollback(shop: Shop, tell: Tell) -> None:
    """Stopped before anybody is asked to approve it."""
    before = catalog(shop)
    name = shop.apply(examples.change("05-orders-half-rollback.yaml"))
    status = shop.wait(name, "Blocked", "RollbackDiffers")
    assert "orders_amount" in status["message"]
    assert catalog(shop) == before
    assert ledger_state(shop, name) is None
    tell("stopped in Planning: the index would be left behind")
