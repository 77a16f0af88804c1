"""A completed change is undone by another, and that by a third; what was undone says so."""

import pytest

from playground import examples
from playground.kubectl import KubectlError
from playground.shop import Shop
from playground.stories.evidence import catalog, has_column, ledger_state


def condition(shop: Shop, name: str, kind: str) -> str:
    return next(one["status"] for one in shop.status(name)["conditions"] if one["type"] == kind)


def test_undone_and_undone_again(shop: Shop) -> None:
    before = catalog(shop)
    revert = examples.change("11-orders-channel-undo.yaml")
    name = shop.apply(revert)
    shop.wait(name, "Pending", "DependencyMissing", seconds=30)
    original = shop.apply(examples.change("07-orders-channel.yaml"))
    shop.carry_out(original)
    assert has_column(shop, "orders", "channel")
    shop.wait_for_plan(name)
    shop.carry_out(name)
    assert catalog(shop) == before
    status = shop.wait(original, "Completed", "Reverted", seconds=60)
    assert status["revertedBy"] == name
    assert condition(shop, original, "Reverted") == "True"
    assert "Reverted" in shop.kubectl.run("get", "schg", original, "-n", shop.namespace)

    twice = {**revert, "metadata": {"name": "orders-channel-undo-twice"}}
    assert name in shop.wait(shop.apply(twice), "Blocked", "RevertRefused", seconds=60)["message"]

    again = shop.apply(
        {**revert, "metadata": {"name": "orders-channel-again"}}, revertOf={"name": name}, compatibility="Additive"
    )
    shop.carry_out(again)
    assert has_column(shop, "orders", "channel")
    shop.wait(name, "Completed", "Reverted", seconds=60)
    assert ledger_state(shop, again) == "Completed"


def test_an_original_that_was_deleted_is_made_again_from_the_ledger(shop: Shop) -> None:
    example = examples.change("07-orders-channel.yaml")
    original = shop.apply(example)
    shop.carry_out(original)
    shop.kubectl.delete("schg", original, shop.namespace)
    name = shop.apply(examples.change("11-orders-channel-undo.yaml"))
    assert "applied again as it was" in shop.wait(name, "Pending", "DependencyMissing", seconds=30)["message"]
    shop.apply(example)
    shop.wait(original, "Completed", "AlreadyApplied")
    shop.carry_out(name)
    assert not has_column(shop, "orders", "channel")


def test_what_is_irreversible_is_not_undone(shop: Shop) -> None:
    drop = {"sql": "ALTER TABLE orders DROP COLUMN note"}
    original = shop.apply(
        examples.change("07-orders-channel.yaml"),
        migration=drop, rollback={"irreversible": {"reason": "the notes are gone"}}, compatibility="Breaking",
    )  # fmt: skip
    shop.carry_out(original)
    name = shop.apply(examples.change("11-orders-channel-undo.yaml"))
    message = shop.wait(name, "Blocked", "RevertImpossible", seconds=60)["message"]
    assert "the notes are gone" in message
    assert "restore from the backup" in message


def test_a_migration_or_revert_of_and_not_both(shop: Shop) -> None:
    revert = examples.change("11-orders-channel-undo.yaml")
    with pytest.raises(KubectlError, match="exactly one of migration, revertOf"):
        shop.apply(revert, migration={"sql": "SELECT 1"}, rollback={"notNeeded": "x"})
    without = {key: value for key, value in revert["spec"].items() if key != "revertOf"}
    with pytest.raises(KubectlError, match="exactly one of migration, revertOf"):
        shop.apply({**revert, "spec": without})
    with pytest.raises(KubectlError, match="the rollback is the migration of the change that is undone"):
        shop.apply(revert, rollback={"notNeeded": "x"})
