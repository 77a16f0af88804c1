"""The provider for machines with Docker: a cluster in a container, by kind."""

import json
import subprocess
import tempfile
from pathlib import Path

from testcluster.paths import cache_directory
from testcluster.shell import CommandError, find_program, give_to_user, run, run_logged, say

NAME = "schemachange"
NODE = f"{NAME}-control-plane"
SECONDS_TO_ANSWER = 10

# kind's own default class under the name that manifests use with either provider.
STORAGE_CLASS = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "local"},
    "provisioner": "rancher.io/local-path",
    "reclaimPolicy": "Delete",
    "volumeBindingMode": "WaitForFirstConsumer",
}


def docker_runs() -> bool:
    """Whether there is a Docker engine that answers; a client alone is not one."""
    if find_program("docker") is None:
        return False
    try:
        asked = subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=SECONDS_TO_ANSWER)
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0


def kind_is_there() -> bool:
    """Whether kind is on the PATH."""
    return find_program("kind") is not None


class KindCluster:
    """One node in a Docker container."""

    needs_root = False

    def up(self) -> None:
        """Create the cluster unless it is there and answers."""
        if self._exists() and self._node_is_ready():
            say(f"the cluster is up, export KUBECONFIG={self.kubeconfig()}")
            return
        if self._exists():
            say("the cluster does not answer: creating it again")
            self.down()
        say("creating a kind cluster")
        kubeconfig = f"--kubeconfig={self.kubeconfig()}"
        self.kubeconfig().parent.mkdir(parents=True, exist_ok=True)
        log = cache_directory() / "logs" / "kind.log"
        run_logged(["kind", "create", "cluster", f"--name={NAME}", kubeconfig, "--wait=180s"], log)
        give_to_user(self.kubeconfig())
        self._ask("apply", "-f", "-", feed=json.dumps(STORAGE_CLASS))
        say(f"node ready, export KUBECONFIG={self.kubeconfig()}")

    def down(self) -> None:
        """Delete the cluster."""
        run(["kind", "delete", "cluster", f"--name={NAME}", f"--kubeconfig={self.kubeconfig()}"])
        self.kubeconfig().unlink(missing_ok=True)

    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return cache_directory() / "kind" / "kubeconfig"

    def kubectl(self) -> Path:
        """The machine's own kubectl."""
        found = find_program("kubectl")
        if found is None:
            raise CommandError("with kind, kubectl is needed on the PATH")
        return found

    def images(self) -> dict[str, str]:
        """Each image of the node with its manifest's digest."""
        ctr = ["docker", "exec", NODE, "ctr", "--namespace=k8s.io"]
        lines = run([*ctr, "images", "list"]).splitlines()[1:]
        return {line.split()[0]: line.split()[2] for line in lines}

    def load_image(self, archive: Path) -> None:
        """Import the images of an archive."""
        # kind wants to write temporary files; its default folder may be too small for an image.
        with tempfile.TemporaryDirectory(dir=cache_directory()) as folder:
            log = cache_directory() / "logs" / "kind.log"
            load = ["kind", "load", "image-archive", str(archive), f"--name={NAME}"]
            run_logged(load, log, environment={"TMPDIR": folder})

    def start_dead(self) -> list[str]:
        """Nothing: systemd and the kubelet in the node's container do."""
        return []

    def kill_command(self, part: str) -> str:
        """Within the node's container."""
        return f"docker exec {NODE} pkill -9 -x {part}"

    def status(self) -> dict[str, bool]:
        """The node's health."""
        return {"node": self._node_is_ready()} if self._exists() else {}

    def _exists(self) -> bool:
        return NAME in run(["kind", "get", "clusters"]).split()

    def _node_is_ready(self) -> bool:
        path = 'jsonpath={.items[0].status.conditions[?(@.type=="Ready")].status}'
        try:
            return self._ask("get", "nodes", "-o", path) == "True"
        except CommandError:
            return False

    def _ask(self, *arguments: str, feed: str | None = None) -> str:
        return run([self.kubectl(), f"--kubeconfig={self.kubeconfig()}", "--request-timeout=5s", *arguments], feed=feed)
