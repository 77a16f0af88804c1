"""Breaking the local cluster on purpose, and mending it: one process killed, stopped for a while, begun again."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from testcluster.local import machine
from testcluster.local.cluster import LocalCluster, remembered
from testcluster.local.components import Component, components
from testcluster.local.processes import Service, is_alive
from testcluster.shell import CommandError, run, wait_until

SECONDS_TO_BE_HEALTHY = 90.0


@dataclass(frozen=True)
class Breaking:
    """The processes of a cluster that runs on this machine."""

    cluster: LocalCluster

    def kill(self, name: str) -> None:
        """SIGKILL one of the cluster's processes, and wait until it is gone."""
        identity = self._service(name).identity()
        if identity is None or not is_alive(identity):
            raise CommandError(f"{name} does not run")
        os.kill(identity.pid, signal.SIGKILL)
        if not wait_until(lambda: not is_alive(identity), 10.0, interval=0.02):
            raise CommandError(f"{name} could not be killed")

    def start(self, name: str) -> None:
        """Start it again, and wait until it is healthy."""
        component = self._component(name)
        self._service(name).start(component.command)
        if not wait_until(component.is_healthy, SECONDS_TO_BE_HEALTHY):
            raise CommandError(f"{name} did not become healthy, log: {self._service(name).log}")

    def kill_container(self, container_id: str) -> None:
        """SIGKILL the first process of a container, as the kernel does when memory runs out."""
        plain = container_id.removeprefix("containerd://")
        socket = str(self.cluster.layout.containerd_socket)
        # A container that has ended meanwhile cannot be killed any more, which is all that was wanted.
        run(
            ["ctr", "--address", socket, "--namespace", "k8s.io", "tasks", "kill", "--signal", "SIGKILL", plain], check=False
        )

    def _component(self, name: str) -> Component:
        running = remembered(self.cluster.layout)
        if running is None:
            raise CommandError("there is no cluster")
        known = components(self.cluster.layout, Path(running.binary), machine.upstream_dns())
        return next(component for component in known if component.name == name)

    def _service(self, name: str) -> Service:
        return Service(name, self.cluster.layout.run, self.cluster.layout.logs)
