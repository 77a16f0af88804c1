"""The runner dies: killed, its pod deleted, its pod evicted."""

import json
from collections.abc import Callable

from campaign.cluster.faults.plain import Plain
from campaign.cluster.stage import Stage, Victim
from playground.kubectl import KubectlError
from playground.patience import wait_for

SECONDS_TO_MEET = 30.0


class Killed(Plain):
    """SIGKILL of one of the containers that work for the change."""

    def strike(self, stage: Stage, victim: Victim) -> str:
        """Wait until there is one, and kill it."""
        found = _met(victim.containers)
        if not found:
            return ""
        stage.breaking.kill_container(stage.chance.choice(found))
        return "a container of its Job"


class Deleted(Plain):
    """The pod is deleted, as by `kubectl delete pod`."""

    def strike(self, stage: Stage, victim: Victim) -> str:
        """Delete it."""
        found = _met(lambda: [pod["metadata"]["name"] for pod in victim.pods()])
        for name in found:
            stage.kubectl.delete("pod", name, victim.shop.namespace, wait=False)
        return "its Job's pod" if found else ""


class Evicted(Plain):
    """The pod is evicted, as by `kubectl drain`."""

    def strike(self, stage: Stage, victim: Victim) -> str:
        """Ask for the eviction."""
        found = _met(lambda: [pod["metadata"]["name"] for pod in victim.pods()])
        for name in found:
            eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
            path = f"/api/v1/namespaces/{victim.shop.namespace}/pods/{name}/eviction"
            try:
                stage.kubectl.run("create", "--raw", path, "-f", "-", feed=json.dumps(eviction))
            except KubectlError as error:
                if "not found" not in str(error):
                    raise
        return "its Job's pod" if found else ""


def _met(look: Callable[[], list[str]]) -> list[str]:
    try:
        return wait_for("something to hit", lambda: look() or None, SECONDS_TO_MEET)
    except AssertionError:
        return []
