"""What the tests, the demo and the command line may ask of a cluster, whoever provides it."""

from pathlib import Path
from typing import Protocol


class Cluster(Protocol):
    """One cluster on this machine."""

    needs_root: bool
    """Whether all but `kubeconfig` and `kubectl` is for root: the command line calls sudo, a library must not."""

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

    def start_dead(self) -> list[str]:
        """Start again which of its own processes have died, as an init system does on a node; their names."""

    def kill_command(self, part: str) -> str:
        """What one pastes into a shell to kill one of its own processes: kube-apiserver, kubelet, containerd, …"""

    def status(self) -> dict[str, bool]:
        """What belongs to the cluster, and whether each part is healthy; empty when there is no cluster."""
