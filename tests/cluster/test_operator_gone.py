"""The operator is gone for good while an object is being deleted: docs/how-to/undo.md leads out, and no statement is cut off.

It stops the operator for everybody: run it alone.
"""

from collections.abc import Iterator

import pytest

from playground import examples
from playground.installation import SYSTEM_NAMESPACE
from playground.kubectl import Kubectl, Manifest
from playground.patience import wait_for
from playground.shop import Shop
from playground.stories.crashing import wait_for_running_step
from playground.stories.evidence import has_column, steps_done

pytestmark = pytest.mark.alone

OPERATOR = "app.kubernetes.io/name=schemachange-operator"
# The rehearsal does not wait; the target's statement lasts longer than it takes to stop the operator and to delete.
SLOW = """
SELECT pg_sleep(CASE current_database() WHEN 'rehearsal' THEN 0 ELSE 60 END);
ALTER TABLE customers ADD COLUMN language text NOT NULL DEFAULT 'de';
"""


def scale(kubectl: Kubectl, replicas: int) -> None:
    kubectl.merge("deployment", "schemachange-operator", SYSTEM_NAMESPACE, {"spec": {"replicas": replicas}})

    def settled() -> bool | None:
        deployment = kubectl.get("deployment", "schemachange-operator", SYSTEM_NAMESPACE)
        ready = deployment["status"].get("readyReplicas", 0)
        pods = kubectl.list("pods", SYSTEM_NAMESPACE, OPERATOR)
        return True if ready == replicas and len(pods) == replicas else None

    wait_for(f"{replicas} pods of the operator", settled, 180)


@pytest.fixture
def without_operator(kubectl: Kubectl) -> Iterator[None]:
    """What is called stops it; at the end it is there again."""
    replicas = kubectl.get("deployment", "schemachange-operator", SYSTEM_NAMESPACE)["spec"]["replicas"]
    assert replicas
    yield
    scale(kubectl, replicas)


def jobs(shop: Shop, uid: str) -> list[Manifest]:
    return shop.kubectl.list("jobs", shop.namespace, f"schemachange.dev/change-uid={uid}")


@pytest.mark.usefixtures("without_operator")
def test_the_documented_way_out(shop: Shop, kubectl: Kubectl) -> None:
    example = examples.change("10-customers-language.yaml")
    example["spec"]["migration"]["steps"][0]["sql"] = SLOW
    replicas = kubectl.get("deployment", "schemachange-operator", SYSTEM_NAMESPACE)["spec"]["replicas"]
    name = shop.apply(example)
    shop.approve(name)
    wait_for_running_step(shop, name, "Applying")
    scale(kubectl, 0)
    uid = shop.change(name)["metadata"]["uid"]
    shop.kubectl.delete("schg", name, shop.namespace, wait=False)
    held = shop.change(name)["metadata"]
    assert held["deletionTimestamp"]
    assert held["finalizers"] == ["schemachange.dev/in-flight"]
    assert [job for job in jobs(shop, uid) if job["status"].get("active")], "it was to be deleted while its Job works"

    # 2. Wait until no Job of the object works; none is deleted.
    idle = lambda: None if any(job["status"].get("active") for job in jobs(shop, uid)) else True  # noqa: E731
    wait_for("the Job to end its step without the operator", idle, 240)
    assert has_column(shop, "customers", "language"), "the statement was let finish"
    assert shop.change(name)["metadata"]["deletionTimestamp"], "it hangs, since nobody takes the finalizer away"
    # 3. Let the object go.
    shop.kubectl.merge("schg", name, shop.namespace, {"metadata": {"finalizers": None}})
    gone = lambda: True if shop.kubectl.find("schg", name, shop.namespace) is None else None  # noqa: E731
    wait_for("the object to go", gone, 30)
    # 4. What stands is what the ledger says.
    assert steps_done(shop, name) == "add"
    assert not shop.ask("SELECT count(*) FROM pg_constraint WHERE conname = 'customers_language_known'")
    # 5. Clean up.
    shop.kubectl.run("delete", "jobs,configmaps", "-n", shop.namespace, "-l", f"schemachange.dev/change-uid={uid}")

    # Later: an operator again, the same manifest, and it goes on where the ledger stands.
    scale(kubectl, replicas)
    shop.apply(example)
    shop.wait(name, "Completed")
    assert steps_done(shop, name) == "add,check"
    assert shop.ask("SELECT count(*) FROM schemachange.change WHERE name = 'customers-language'") == 1
