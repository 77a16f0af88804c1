"""A rollback whose result cannot be proved: told in condition, Event and metric, nothing else runs, and it ends when it is proved."""

from playground import examples
from playground.kubectl import Manifest
from playground.shop import Shop
from playground.stories.evidence import catalog, has_column, ledger_state


def condition(shop: Shop, name: str) -> Manifest:
    return next(one for one in shop.status(name)["conditions"] if one["type"] == "DataAtRisk")


def as_owner(shop: Shop, text: str) -> None:
    with shop.server.session(shop.database) as session:
        session.execute(f"SET ROLE {shop.owner_role}")
        session.execute(text)


def test_told_held_mended_and_proved(shop: Shop) -> None:
    before = catalog(shop)
    example = examples.change("07-orders-channel.yaml")
    name = shop.apply(example, verify=[{"name": "cheap", "sql": "SELECT max(amount) < 50 FROM orders"}])
    shop.approve(name)
    shop.wait(name, "Blocked", "AssertionFailed")
    as_owner(shop, "ALTER TABLE orders ALTER COLUMN note SET DEFAULT 'new'")
    shop.kubectl.merge("schg", name, shop.namespace, {"spec": {"abort": {"reason": "not so cheap"}}})
    message = shop.wait(name, "Blocked", "StateUnproven")["message"]
    assert "column public.orders.note" in message
    assert "docs/how-to/data-at-risk.md" in message
    assert condition(shop, name)["status"] == "True"
    assert "DataAtRisk" in {event["reason"] for event in shop.events(name)}
    assert not has_column(shop, "orders", "channel"), "the steps are undone; what somebody else did is left alone"

    other = shop.apply(
        {**example, "metadata": {"name": "held"}},
        migration={"sql": "CREATE TABLE held (id bigint PRIMARY KEY)"},
        rollback={"sql": "DROP TABLE held"},
    )
    shop.approve(other)
    assert name in shop.wait(other, "Blocked", "DatabaseHeld", seconds=60)["message"]

    as_owner(shop, "ALTER TABLE orders ALTER COLUMN note DROP DEFAULT")
    shop.kubectl.merge("schg", name, shop.namespace, {"spec": {"retry": "mended"}})
    assert "Every step is undone" in shop.wait(name, "Aborted", mended=True)["message"]
    assert condition(shop, name)["status"] == "False"
    assert ledger_state(shop, name) == "RolledBack"
    assert catalog(shop) == before
    shop.wait(other, "Completed", mended=True)
