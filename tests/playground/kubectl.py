"""kubectl, as the administrator or as a person."""

import json
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from testcluster.providers import current_cluster
from testcluster.users import add_user

Manifest = dict[str, Any]


UNREACHABLE = (
    "connection refused", "was refused", "connection reset", "connection lost", "Unable to connect to the server", "EOF",
    "TLS handshake timeout", "i/o timeout", "context deadline exceeded", "currently unable to handle the request", "etcdserver:",
    "apiserver is shutting down", "(Timeout)", "(ServiceUnavailable)", "doesn't have a resource type", "unexpected error when reading",
)  # fmt: skip
"""What kubectl says when the API server, or the kubelet behind it, is away or only just back; it did not say no."""


class KubectlError(Exception):
    """kubectl said no; the message is what it said."""

    def __init__(self, message: str, *, unreachable: bool = False, tries: int = 1) -> None:
        super().__init__(message)
        self.unreachable = unreachable
        """Nobody answered, so that nobody knows whether it was done."""
        self.tries = tries


@dataclass(frozen=True)
class Kubectl:
    """One person's kubectl."""

    program: Path
    kubeconfig: Path
    patience: float = 180.0
    """Seconds for which an API server that does not answer is asked again: people kill it while they watch."""
    pause: float = 1.0
    """Seconds between two tries."""

    def run(self, *words: str, feed: str | None = None, seconds: float = 60) -> str:
        """Run kubectl and return what it printed. Raises KubectlError with its message."""
        deadline, tries = time.monotonic() + self.patience, 0
        while True:
            tries += 1
            try:
                return self._once(words, feed, seconds)
            except KubectlError as error:
                error.tries = tries
                if not error.unreachable or time.monotonic() > deadline:
                    raise
                self._wait_until_ready(deadline)

    def _once(self, words: tuple[str, ...], feed: str | None, seconds: float) -> str:
        command = [str(self.program), f"--kubeconfig={self.kubeconfig}", *words]
        what = f"kubectl {' '.join(words[:4])}"
        try:
            done = subprocess.run(command, input=feed, text=True, capture_output=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            raise KubectlError(f"{what}: no answer in {seconds:.0f} s", unreachable=True) from None
        if done.returncode:
            said = done.stderr.strip()
            raise KubectlError(f"{what}: {said}", unreachable=any(words in said for words in UNREACHABLE))
        return done.stdout

    def _wait_until_ready(self, deadline: float) -> None:
        """A server that has just come up refuses people until it has read their rights; then only it says that it is ready."""
        while True:
            time.sleep(self.pause)
            try:
                self._once(("get", "--raw", "/readyz"), None, 10)
            except KubectlError:
                if time.monotonic() > deadline:
                    return
            else:
                return

    def apply(self, manifests: Manifest | Iterable[Manifest], namespace: str | None = None) -> None:
        """Server-side apply, as Argo CD and Flux do."""
        listed = [manifests] if isinstance(manifests, dict) else list(manifests)
        where = ["-n", namespace] if namespace else []
        self.run("apply", "--server-side", "--force-conflicts", *where, "-f", "-", feed=yaml.safe_dump_all(listed))

    def create(self, manifest: Manifest) -> None:
        """Create one object; fine when it is there since an earlier try of this one, whose answer was lost."""
        try:
            self.run("create", "-f", "-", feed=yaml.safe_dump(manifest))
        except KubectlError as error:
            if error.tries == 1 or "AlreadyExists" not in str(error):
                raise

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
