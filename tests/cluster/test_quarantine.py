"""A column goes into quarantine, is kept for its time, comes back by a change of its own, and is dropped by another."""

from typing import Any

from playground.kubectl import Manifest
from playground.shop import Shop
from playground.stories.evidence import has_column

KEPT = "quarantined_note"
TOUCHED = {
    "database": {"name": "orders"},
    "author": "ada@example.com",
    "designedOn": "2026-11-20",
    "compatibility": "Contract",
}
GONE = {"irreversible": {"reason": "data is gone, restored from the backup"}}


def change(name: str, **spec: Any) -> Manifest:
    return {
        "apiVersion": "schemachange.dev/v1alpha1",
        "kind": "SchemaChange",
        "metadata": {"name": name},
        "spec": {**TOUCHED, "why": "Nobody reads the notes any more.", **spec},
    }


def away(keep_for: str) -> dict[str, Any]:
    quarantine = {"table": "orders", "column": "note", "keepFor": keep_for}
    return {"steps": [{"name": "quarantine", "quarantine": quarantine}]}


def alone(shop: Shop) -> None:
    """No Expand change comes before: the policy does not ask for one."""
    policy = {
        "apiVersion": "schemachange.dev/v1alpha1",
        "kind": "SchemaPolicy",
        "metadata": {"name": "alone"},
        "spec": {"compatibility": {"contractNeedsExpand": False}},
    }
    shop.kubectl.apply(policy, shop.namespace)
    shop.kubectl.merge("pgdb", "orders", shop.namespace, {"spec": {"policy": {"name": "alone"}}})


def test_a_column_is_kept_for_its_time_and_then_dropped(shop: Shop) -> None:
    alone(shop)
    first = shop.apply(change("note-away", migration=away("14d")))
    shop.wait(first, "AwaitingApproval")
    plan = shop.kubectl.get("configmap", f"{first}-plan", shop.namespace)["data"]["plan.md"]
    assert f"RENAME COLUMN note TO {KEPT}" in plan and f"RENAME COLUMN {KEPT} TO note" in plan
    status = shop.carry_out(first)
    assert has_column(shop, "orders", KEPT) and not has_column(shop, "orders", "note")
    assert status.get("backups", []) == []
    (kept,) = status["quarantine"]
    assert (kept["table"], kept["column"]) == ("orders", KEPT) and kept["until"] > kept["since"]

    drop = {"migration": {"sql": f"ALTER TABLE orders DROP COLUMN {KEPT}"}, "rollback": GONE}
    second = shop.apply(change("note-drop", dependsOn=[{"name": first}], **drop))
    assert kept["until"][:10] in shop.wait(second, "Pending", "QuarantineLasts")["message"]
    # One that does not say where it comes from is refused by what the ledger knows.
    stray = shop.apply(change("note-drop-stray", **drop))
    assert "orders.quarantined_note is in quarantine until" in shop.wait(stray, "Blocked", "QuarantineLasts")["message"]
    assert has_column(shop, "orders", KEPT)


def test_without_a_time_to_keep_it_is_dropped_after_a_backup(shop: Shop) -> None:
    alone(shop)
    first = shop.apply(change("note-away", migration=away("0h")))
    shop.carry_out(first)
    drop = {"migration": {"sql": f"ALTER TABLE orders DROP COLUMN {KEPT}"}, "rollback": GONE}
    second = shop.apply(change("note-drop", dependsOn=[{"name": first}], **drop))
    status = shop.carry_out(second)
    assert not has_column(shop, "orders", KEPT)
    assert len(status["backups"]) == 1


def test_it_comes_back_by_the_rollback_that_the_plan_shows(shop: Shop) -> None:
    alone(shop)
    notes = "SELECT md5(string_agg(note, ',' ORDER BY id)) FROM orders"
    before = shop.ask(notes)
    shop.carry_out(shop.apply(change("note-away", migration=away("14d"))))
    back = {
        "compatibility": "Expand",
        "migration": {"sql": f"ALTER TABLE orders RENAME COLUMN {KEPT} TO note"},
        "rollback": {"sql": f"ALTER TABLE orders RENAME COLUMN note TO {KEPT}"},
    }
    shop.carry_out(shop.apply(change("note-back", **back)))
    assert shop.ask(notes) == before
