"""The application as a Deployment: it never rests, and tells what it felt."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.kubectl import KubectlError, Manifest
from playground.patience import wait_for
from playground.shop import Shop

IMAGE = "localhost/schemachange-operator:dev"
NAME = "client"


@dataclass(frozen=True)
class BusyClient:
    """The client of one shop."""

    shop: Shop

    def start(self) -> "BusyClient":
        """Run it and wait until its first calls have gone through."""
        self.shop.kubectl.apply(self._manifests(), self.shop.namespace)
        wait_for(
            "the client's first calls",
            self.felt,
            90,
            lambda: self.shop.kubectl.run("get", "pods", "-n", self.shop.namespace),
        )
        return self

    def felt(self) -> dict[str, Any] | None:
        """Calls, failures and milliseconds so far; None while nobody can say: before its first second, or with its pod gone."""
        where = ("-n", self.shop.namespace, "--tail=1", "--pod-running-timeout=1s")
        try:
            text = self.shop.kubectl.run("logs", f"deployment/{NAME}", *where) if self._running() else ""
        except KubectlError:
            return None
        try:
            felt: dict[str, Any] | None = json.loads(text.splitlines()[-1]) if text.strip() else None
        except ValueError:
            return None
        return felt

    def _running(self) -> bool:
        pods = self.shop.kubectl.list("pods", self.shop.namespace, f"app={NAME}")
        return any(pod["status"].get("phase") == "Running" for pod in pods)

    def _manifests(self) -> list[Manifest]:
        shop, labels = self.shop, {"app": NAME}
        connection = shop.manifest()["spec"]["connection"]
        address = f"postgresql://{shop.login}:{shop.password}@{connection['host']}/{shop.database}?options=-crole%3D{shop.owner_role}"
        pod: Manifest = {
            "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 1,
            "containers": [
                {
                    "name": NAME,
                    "image": IMAGE,
                    "imagePullPolicy": "IfNotPresent",
                    "command": ["python", "/client/client.py"],
                    "env": [{"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": NAME, "key": "address"}}}],
                    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
                    "volumeMounts": [{"name": "client", "mountPath": "/client"}],
                }
            ],
            "volumes": [{"name": "client", "configMap": {"name": NAME}}],
        }
        script = (Path(__file__).parent / "client.py").read_text()
        return [
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": NAME}, "stringData": {"address": address}},
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": NAME}, "data": {"client.py": script}},
            {
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": NAME},
                "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}},
            },
        ]  # fmt: skip
