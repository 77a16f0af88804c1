"""A policy's rules on the cluster: what they stop, what a waiver lets through, and who then has to approve."""

from typing import Any

from playground.kubectl import Manifest
from playground.shop import OWNERS_GROUP, Shop
from playground.stories.evidence import valid_index


def policy(rules: dict[str, str]) -> Manifest:
    return {
        "apiVersion": "schemachange.dev/v1alpha1", "kind": "SchemaPolicy", "metadata": {"name": "strict"}, "spec": {"rules": rules},
    }  # fmt: skip


def index(**spec: Any) -> Manifest:
    whole = {
        "database": {"name": "orders"}, "why": "Amounts are searched for.", "author": "ada@example.com", "designedOn": "2026-11-20",
        "compatibility": "Additive", "migration": {"sql": "CREATE INDEX orders_amount ON orders (amount)"},
        "rollback": {"sql": "DROP INDEX orders_amount"}, **spec,
    }  # fmt: skip
    return {
        "apiVersion": "schemachange.dev/v1alpha1", "kind": "SchemaChange", "metadata": {"name": "orders-amount"}, "spec": whole,
    }  # fmt: skip


def test_a_rule_stops_a_change_until_it_is_waived_and_then_two_have_to_approve(shop: Shop) -> None:
    rule = "create-index-blocks-writes"
    shop.kubectl.apply(policy({"no-such-rule": "Warn"}), shop.namespace)
    shop.kubectl.merge("pgdb", "orders", shop.namespace, {"spec": {"policy": {"name": "strict"}}})
    name = shop.apply(index())
    assert "no-such-rule" in shop.wait(name, "Blocked", "RuleUnknown", seconds=30)["message"]
    shop.kubectl.merge("schp", "strict", shop.namespace, {"spec": {"rules": {"no-such-rule": None, rule: "Block"}}})
    assert rule in shop.wait(name, "Blocked", "RuleViolated", mended=True)["message"]
    shop.apply(index(waivers=[{"rule": rule, "reason": "nobody writes at night"}]))
    shop.wait(name, "AwaitingApproval")
    plan = shop.kubectl.get("configmap", f"{name}-plan", shop.namespace)["data"]["plan.md"]
    assert "nobody writes at night" in plan
    shop.kubectl.merge("schp", "strict", shop.namespace, {"spec": {"rules": {rule: "Approve"}}})
    shop.apply(index(waivers=[]))
    shop.approve(name)
    status = shop.wait(name, "AwaitingApproval")
    shop.approve(name, "otto@example.com", OWNERS_GROUP, onBehalfOf=OWNERS_GROUP)
    status = shop.wait(name, "Completed")
    assert status["approvedBy"] == "olga@example.com, otto@example.com"
    assert valid_index(shop, "orders_amount")
