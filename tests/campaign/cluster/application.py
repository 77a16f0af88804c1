"""The application of one shop: a pod that writes all the time, and what it was promised."""

import json
from dataclasses import dataclass
from pathlib import Path

from playground.busy_client import IMAGE
from playground.kubectl import Manifest
from playground.patience import wait_for
from playground.shop import Shop

NAME = "application"
FIRST_WRITES = 5


@dataclass(frozen=True)
class Writes:
    """Numbers of the calls up to `last` that got an answer, and of those that got none."""

    done: frozenset[int]
    uncertain: frozenset[int]
    last: int


@dataclass(frozen=True)
class Application:
    """The pod of one shop."""

    shop: Shop

    def start(self) -> None:
        """Run it and wait until it writes."""
        self.shop.kubectl.apply(self._manifests(), self.shop.namespace)
        wait_for(
            "the application's first writes",
            lambda: True if self._running() and len(self._lines()) >= FIRST_WRITES else None,
            120,
            lambda: self.shop.kubectl.run("get", "pods", "-n", self.shop.namespace),
        )

    def stop(self) -> Writes:
        """End its writing; what it was promised. Raises AssertionError when it had died meanwhile."""
        before = self._pod()["status"]["containerStatuses"][0]
        assert before["restartCount"] == 0, "the application's own pod was restarted: what it was promised is lost"
        lines = self._lines()
        self.shop.kubectl.delete("pod", NAME, self.shop.namespace)
        done = frozenset(line["done"] for line in lines if "done" in line)
        last = max(line.get("done", line.get("tried", 0)) for line in lines)
        return Writes(done, frozenset(range(1, last + 1)) - done, last)

    def _lines(self) -> list[dict[str, int]]:
        text = self.shop.kubectl.run("logs", NAME, "-n", self.shop.namespace)
        return [json.loads(line) for line in text.splitlines() if line.endswith("}")]

    def _pod(self) -> Manifest:
        return self.shop.kubectl.get("pod", NAME, self.shop.namespace)

    def _running(self) -> bool:
        return bool(self._pod()["status"].get("phase") == "Running")

    def _manifests(self) -> list[Manifest]:
        shop = self.shop
        connection = shop.manifest()["spec"]["connection"]
        address = (
            f"postgresql://{shop.login}:{shop.password}@{connection['host']}/{shop.database}"
            f"?options=-crole%3D{shop.owner_role}&keepalives_idle=2&keepalives_interval=1&keepalives_count=3&tcp_user_timeout=5000"
        )
        program = (Path(__file__).parent / "application_program.py").read_text()
        container: Manifest = {
            "name": NAME, "image": IMAGE, "imagePullPolicy": "IfNotPresent", "command": ["python", "/program/program.py"],
            "env": [
                {"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": NAME, "key": "address"}}},
                {"name": "ROWS", "value": str(shop.rows)},
            ],
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            "volumeMounts": [{"name": "program", "mountPath": "/program"}],
        }  # fmt: skip
        pod: Manifest = {
            "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
            "automountServiceAccountToken": False, "terminationGracePeriodSeconds": 1, "containers": [container],
            "volumes": [{"name": "program", "configMap": {"name": NAME}}],
        }  # fmt: skip
        return [
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": NAME}, "stringData": {"address": address}},
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": NAME}, "data": {"program.py": program}},
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": NAME}, "spec": pod},
        ]
