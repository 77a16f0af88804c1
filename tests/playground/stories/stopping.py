"""Aborted, deleted: what people do in the middle."""

from collections.abc import Callable

from playground import examples
from playground.kubectl import administrator
from playground.patience import wait_for
from playground.shop import Shop
from playground.stories.crashing import wait_for_running_step
from playground.stories.evidence import catalog, has_column, ledger_state, open_changes, steps_done

Tell = Callable[[str], None]


def abort_during_the_backfill(shop: Shop, tell: Tell) -> None:
    """Rolled back, the reason recorded."""
    before = catalog(shop)
    name = shop.apply(examples.change("09-orders-weight.yaml"))
    shop.approve(name)
    shop.wait(name, "Backfilling")
    wait_for("the first rows", lambda: shop.ask("SELECT count(*) FROM orders WHERE weight IS NOT NULL") or None, 60)
    shop.kubectl.merge("schg", name, shop.namespace, {"spec": {"abort": {"reason": "priced by volume now"}}})
    status = shop.wait(name, "Aborted")
    assert "priced by volume now" in status["message"]
    assert catalog(shop) == before
    assert open_changes(shop) == 0
    assert ledger_state(shop, name) == "RolledBack"
    assert "priced by volume now" in str(shop.ask(f"SELECT outcome FROM schemachange.change WHERE name = '{name}'"))
    tell("aborted: the column is gone again, the reason is in status and ledger")


def deleted_and_made_again(shop: Shop, tell: Tell) -> None:
    """The Job finishes its step; the object made again goes on where the ledger stands."""
    example = examples.change("10-customers-language.yaml")
    name = shop.apply(example)
    shop.approve(name)
    wait_for_running_step(shop, name, "Applying")
    shop.kubectl.delete("schg", name, shop.namespace, wait=False)
    tell("deleted while its Job applies: the object waits for the Job")
    assert administrator().find("schg", name, shop.namespace) is not None
    wait_for("the object to go", lambda: True if shop.kubectl.find("schg", name, shop.namespace) is None else None)
    assert has_column(shop, "customers", "language"), "the Job was not cut off"
    assert steps_done(shop, name) == "add"
    shop.apply(example)
    shop.wait(name, "Completed")
    assert steps_done(shop, name) == "add,check"
    assert shop.ask("SELECT count(*) FROM schemachange.change WHERE name = 'customers-language'") == 1
    tell("made again: it goes on with the second step, with the plan that was approved")
    shop.kubectl.delete("schg", name, shop.namespace)
    shop.apply(example)
    shop.wait(name, "Completed", "AlreadyApplied")
    tell("made a third time: recognised from the ledger")
