"""kubectl, as the administrator or as a person."""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from testcluster.providers import current_cluster
from testcluster.users import add_user

Manifest = dict[str, Any]


class KubectlError(Exception):
    """kubectl said no; the message is what it said."""


@dataclass(frozen=True)
class Kubectl:
    """One person's kubectl."""

    program: Path
    kubeconfig: Path

    def run(self, *words: str, feed: str | None = None, seconds: float = 60) -> str:
        """Run kubectl and return what it printed. Raises KubectlError with its message."""
        command = [str(self.program), f"--kubeconfig={self.kubeconfig}", *words]
        done = subprocess.run(command, input=feed, text=True, capture_output=True, timeout=seconds, check=False)
        if done.returncode:
            raise KubectlError(f"kubectl {' '.join(words[:4])}: {done.stderr.strip()}")
        return done.stdout

    def apply(self, manifests: Manifest | Iterable[Manifest], namespace: str | None = None) -> None:
        """Server-side apply, as Argo CD and Flux do."""
        listed = [manifests] if isinstance(manifests, dict) else list(manifests)
        where = ["-n", namespace] if namespace else []
        self.run("apply", "--server-side", "--force-conflicts", *where, "-f", "-", feed=yaml.safe_dump_all(listed))

    def create(self, manifest: Manifest) -> None:
        """Create one object."""
        self.run("create", "-f", "-", feed=yaml.safe_dump(manifest))

    def get(self, kind: str, name: str, namespace: str) -> Manifest:
        """One object."""
        found: Manifest = json.loads(self.run("get", kind, name, "-n", namespace, "-o", "json"))
        return found

    def find(self, kind: str, name: str, namespace: str) -> Manifest | None:
        """One object, or None where there is none."""
        text = self.run("get", kind, name, "-n", namespace, "-o", "json", "--ignore-not-found")
        return json.loads(text) if text.strip() else None

    def list(self, kind: str, namespace: str, selector: str = "") -> list[Manifest]:
        """Objects of one kind."""
        words = ["get", kind, "-n", namespace, "-o", "json", *(["-l", selector] if selector else [])]
        items: list[Manifest] = json.loads(self.run(*words))["items"]
        return items

    def merge(self, kind: str, name: str, namespace: str, patch: Manifest) -> None:
        """Merge a patch into an object."""
        self.run("patch", kind, name, "-n", namespace, "--type=merge", "-p", json.dumps(patch))

    def delete(self, kind: str, name: str, namespace: str, *, wait: bool = True) -> None:
        """Delete an object; fine when there is none."""
        self.run("delete", kind, name, "-n", namespace, "--ignore-not-found", f"--wait={str(wait).lower()}", seconds=180)


def administrator() -> Kubectl:
    """kubectl with all rights."""
    cluster = current_cluster()
    return Kubectl(cluster.kubectl(), cluster.kubeconfig())


def person(name: str, *groups: str) -> Kubectl:
    """kubectl of a person with a client certificate; rights come from role bindings."""
    cluster = current_cluster()
    return Kubectl(cluster.kubectl(), add_user(cluster, name, groups))
