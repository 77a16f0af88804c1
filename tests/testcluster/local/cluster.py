"""The local provider: a real control plane, kubelet and containerd as processes of this machine."""

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from testcluster import oci, packages
from testcluster.local import build, configuration, debris, machine
from testcluster.local.components import Component, components
from testcluster.local.keys import Authority
from testcluster.local.layout import NODE_NAME, PAUSE_IMAGE, Layout
from testcluster.local.processes import Service
from testcluster.shell import CommandError, exclusively, give_to_user, run, say, wait_until

NEEDED = ("containerd", "runc", "/usr/lib/cni/ptp", "nft", "ip", "openssl")
SECONDS_TO_BE_HEALTHY = 60.0
SECONDS_TO_BE_READY = 60.0
LONGEST_SOCKET_PATH = 107
LONGEST_SOCKET_NAME = "/kubelet/pod-resources/kubelet.sock"


@dataclass(frozen=True)
class Running:
    """What a started cluster remembers of itself, for any checkout that finds it."""

    data: str
    binary: str
    fingerprint: str
    boot: str


def boot_identity() -> str:
    """What is another after each start of the machine."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def remembered(layout: Layout) -> Running | None:
    """The cluster that was started last on this machine, as far as it can be read."""
    try:
        return Running(**json.loads((layout.run / "cluster.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


@dataclass
class LocalCluster:
    """One node of real components; see docs/contributing/test-cluster.md."""

    layout: Layout = field(default_factory=Layout.default)
    needs_root: bool = True

    def __post_init__(self) -> None:
        running = remembered(self.layout)
        if running:
            self.layout = Layout(run=self.layout.run, data=Path(running.data))

    def up(self) -> None:
        """Start what does not run; clear first what cannot be used any more."""
        started = time.monotonic()
        packages.ensure(*NEEDED)
        key, programs = build.ensure_built()
        rendered = configuration.render(configuration.TEMPLATES, self.layout.template_values())
        wanted = Running(
            data=str(self.layout.data),
            binary=str(programs / "hyperkube"),
            fingerprint=configuration.fingerprint(key, rendered),
            boot=boot_identity(),
        )
        with exclusively(self.layout.run.parent):
            if remembered(self.layout) == wanted and self._is_healthy():
                say(f"the cluster is up, export KUBECONFIG={self.kubeconfig()}")
                return
            self._start(wanted, rendered, programs)
        say(f"node ready after {time.monotonic() - started:.1f} s, export KUBECONFIG={self.kubeconfig()}")

    def _start(self, wanted: Running, rendered: dict[str, str], programs: Path) -> None:
        if remembered(self.layout) == wanted:
            say("some of the cluster's processes are gone: starting them again")
            try:
                self._start_processes(wanted, rendered, programs)
            except CommandError as error:
                say(f"that did not help, starting afresh: {error}")
            else:
                return
        if debris.is_there(self.layout):
            say("clearing what is left of an earlier cluster")
            debris.clear(self.layout)
        self._start_processes(wanted, rendered, programs)

    def _start_processes(self, wanted: Running, rendered: dict[str, str], programs: Path) -> None:
        self._make_folders()
        Authority(self.layout.keys).ensure_all()
        self._publish_kubeconfig()
        configuration.write(self.layout, rendered)
        machine.prepare(self.layout)
        (self.layout.run / "cluster.json").write_text(json.dumps(wanted.__dict__))
        for component in self._components(wanted):
            self._service(component).start(component.command)
            if component.name in {"containerd", "kube-apiserver"}:
                self._wait_for(component)
            if component.name == "containerd":
                self._load_pause_image(programs / "pause")
            if component.name == "kube-apiserver":
                # Before the processes that need the rights in it: a refused one waits long until it asks again.
                self._apply_addons()
        for component in self._components(wanted):
            self._wait_for(component)
        self._wait_for_node()

    def _publish_kubeconfig(self) -> None:
        # The keys' folder is closed to all but root; the person who called sudo is to use the cluster without it.
        self.layout.kubeconfig.touch(mode=0o600)
        self.layout.kubeconfig.write_bytes((self.layout.keys / "admin.kubeconfig").read_bytes())
        give_to_user(self.layout.kubeconfig)

    def _make_folders(self) -> None:
        if len(str(self.layout.data)) + len(LONGEST_SOCKET_NAME) > LONGEST_SOCKET_PATH:
            raise CommandError(f"{self.layout.data} is too long for the sockets in it: set XDG_CACHE_HOME to a shorter path")
        for folder in (self.layout.run, self.layout.logs, self.layout.data / "volumes", self.layout.data / "volume-plugins"):
            folder.mkdir(parents=True, exist_ok=True)

    def _components(self, running: Running) -> list[Component]:
        return components(self.layout, Path(running.binary), machine.upstream_dns())

    def _service(self, component: Component) -> Service:
        return Service(component.name, self.layout.run, self.layout.logs)

    def _wait_for(self, component: Component) -> None:
        service = self._service(component)
        healthy = wait_until(lambda: not service.runs() or component.is_healthy(), SECONDS_TO_BE_HEALTHY)
        if not (healthy and service.runs()):
            raise CommandError(f"{component.name} did not become healthy, log: {service.log}")

    def _apply_addons(self) -> None:
        addons = self.layout.configuration / "addons.yaml"
        if not wait_until(lambda: self._ask("apply", "--server-side", "-f", str(addons)) is not None, SECONDS_TO_BE_READY):
            raise CommandError(f"the API server refuses {addons}")

    def _wait_for_node(self) -> None:
        if not wait_until(self._node_is_ready, SECONDS_TO_BE_READY, interval=0.2):
            raise CommandError(f"the node did not become ready, logs: {self.layout.logs}")
        wait_until(lambda: self._ask("get", "serviceaccount", "default") is not None, SECONDS_TO_BE_READY)

    def _ask(self, *arguments: str) -> str | None:
        try:
            return run([self.kubectl(), f"--kubeconfig={self.kubeconfig()}", "--request-timeout=5s", *arguments])
        except CommandError:
            return None

    def _node_is_ready(self) -> bool:
        path = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
        return self._ask("get", "node", NODE_NAME, "-o", path) == "True"

    def _is_healthy(self) -> bool:
        status = self.status()
        return bool(status) and all(status.values())

    def down(self) -> None:
        """Take everything away."""
        if not debris.is_there(self.layout):
            say("there is no cluster")
            return
        started = time.monotonic()
        with exclusively(self.layout.run.parent):
            debris.clear(self.layout)
        say(f"the cluster is down after {time.monotonic() - started:.1f} s")

    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self.layout.kubeconfig

    def kubectl(self) -> Path:
        """The binary is kubectl, too."""
        running = remembered(self.layout)
        return Path(running.binary).with_name("kubectl") if running else build.ensure_built()[1] / "kubectl"

    def images(self) -> dict[str, str]:
        """Each image of the node with its manifest's digest."""
        lines = run([*self._ctr(), "images", "list"]).splitlines()[1:]
        return {line.split()[0]: line.split()[2] for line in lines}

    def load_image(self, archive: Path) -> None:
        """Import the images of an archive."""
        run([*self._ctr(), "images", "import", str(archive)])

    def _ctr(self) -> list[str]:
        return ["ctr", "--address", str(self.layout.containerd_socket), "--namespace", "k8s.io"]

    def _load_pause_image(self, program: Path) -> None:
        if PAUSE_IMAGE in self.images():
            return
        archive = self.layout.run / f"pause.{os.getpid()}.tar"
        oci.write_archive(archive, PAUSE_IMAGE, oci.layer_of_files({"pause": program}), oci.Settings(entrypoint=["/pause"]))
        self.load_image(archive)
        archive.unlink()

    def start_dead(self) -> list[str]:
        """Start what has died, and wait for nothing; a cluster that is taken away meanwhile stays away."""
        with exclusively(self.layout.run.parent):
            running = remembered(self.layout)
            dead = [] if running is None else [c for c in self._components(running) if not self._service(c).runs()]
            for component in dead:
                self._service(component).start(component.command)
        return [component.name for component in dead]

    def kill_command(self, part: str) -> str:
        """By the id that was noted when it was started."""
        record = self.layout.run / f"{part}.process"
        return f"kill -9 $(sed 's/.*\"pid\": *\\([0-9]*\\).*/\\1/' {record})"

    def status(self) -> dict[str, bool]:
        """Each process with its health, and the node's."""
        running = remembered(self.layout)
        if running is None or running.boot != boot_identity():
            return {}
        parts = {c.name: self._service(c).runs() and c.is_healthy() for c in self._components(running)}
        return {**parts, "node": parts["kube-apiserver"] and self._node_is_ready()}
