"""What the tests, the demo and the command line may ask of a cluster, whoever provides it."""

import os
from pathlib import Path
from typing import Protocol

from testcluster.shell import CommandError

PROVIDERS = ("kind", "local")


class Cluster(Protocol):
    """One cluster on this machine."""

    def up(self) -> None:
        """Bring it up, or find it up; returns when the node is ready for pods."""

    def down(self) -> None:
        """Take it away with its state, and all it changed on the machine."""

    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""

    def kubectl(self) -> Path:
        """A kubectl that fits the cluster."""

    def images(self) -> dict[str, str]:
        """Each image of the node with what identifies its content."""

    def load_image(self, archive: Path) -> None:
        """Put the images of an archive on the node."""

    def status(self) -> dict[str, bool]:
        """What belongs to the cluster, and whether each part is healthy; empty when there is no cluster."""


def choose_provider(asked: str | None, *, docker_runs: bool, kind_is_there: bool) -> str:
    """The provider's name: the one asked for, else kind where it can run, else the local one."""
    if asked:
        if asked not in PROVIDERS:
            raise CommandError(f"SCHEMACHANGE_CLUSTER is {asked!r}, expected one of: {', '.join(PROVIDERS)}")
        return asked
    return "kind" if docker_runs and kind_is_there else "local"


def current_cluster() -> Cluster:
    """The cluster of this machine."""
    from testcluster import kind, local

    asked = os.environ.get("SCHEMACHANGE_CLUSTER")
    docker_runs, kind_is_there = (False, False) if asked else (kind.docker_runs(), kind.kind_is_there())
    provider = choose_provider(asked, docker_runs=docker_runs, kind_is_there=kind_is_there)
    return kind.KindCluster() if provider == "kind" else local.LocalCluster()
