"""Nothing is destroyed without a backup that was restored."""

from collections.abc import Callable

from playground import examples
from playground.shop import BACKUPS, Shop
from playground.stories.evidence import has_column, ledger_state

Tell = Callable[[str], None]


def drop_a_column(shop: Shop, tell: Tell) -> None:
    """Refused without a backup place, done with one."""
    database = shop.kubectl.get("pgdb", "orders", shop.namespace)
    without = {key: value for key, value in database["spec"].items() if key != "backup"}
    policy = examples.policy()
    shop.kubectl.apply({**policy, "metadata": {"name": policy["metadata"]["name"]}}, shop.namespace)
    shop.kubectl.merge(
        "pgdb", "orders", shop.namespace, {"spec": {"backup": None, "policy": {"name": policy["metadata"]["name"]}}}
    )
    assert "backup" not in without
    name = shop.apply(examples.change("03-orders-drop-note.yaml"))
    status = shop.wait(name, "Blocked", "NoBackupPlace", seconds=30)
    assert "backup" in status["message"]
    assert has_column(shop, "orders", "note")
    tell("refused: the database has no place for a backup")
    shop.kubectl.merge("pgdb", "orders", shop.namespace, {"spec": {"backup": {"claimName": BACKUPS}}})
    rows = int(shop.ask("SELECT count(*) FROM orders"))
    shop.wait(name, "AwaitingApproval", mended=True)
    status = shop.carry_out(name)
    (backup,) = status["backups"]
    assert backup["provedBy"] == "Restore"
    assert backup["rows"] >= rows
    assert backup["location"].startswith(f"{BACKUPS}:{shop.namespace}.{name}.")
    assert not has_column(shop, "orders", "note")
    assert ledger_state(shop, name) == "Completed"
    phases = [record["phase"] for record in status["history"]]
    assert phases.index("BackingUp") < phases.index("Applying")
    tell(f"backed up {backup['rows']} rows, restored to prove it, dropped")
