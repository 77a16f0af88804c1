"""The programs that can build a Dockerfile, behind one small interface."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from testcluster import packages
from testcluster.kind import docker_runs
from testcluster.paths import cache_directory
from testcluster.shell import find_program, run, run_logged

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


class Builder(Protocol):
    """Something that builds images and keeps the layers of earlier builds."""

    def holds(self, name: str, identity: str) -> bool:
        """Whether it holds exactly this image under the name."""

    def load(self, archive: Path, log: Path) -> None:
        """Take in an image from an archive."""

    def build(self, context: Path, name: str, base: str, log: Path) -> None:
        """Build the Dockerfile in the folder on the base image."""

    def save(self, name: str, archive: Path, log: Path) -> None:
        """Write an image to an archive."""


class Docker:
    """A Docker engine."""

    def holds(self, name: str, identity: str) -> bool:
        """Whether it holds exactly this image under the name."""
        return identity in run(["docker", "images", "--quiet", "--no-trunc", name]).split()

    def load(self, archive: Path, log: Path) -> None:
        """Take in an image from an archive."""
        run_logged(["docker", "load", "--input", archive], log)

    def build(self, context: Path, name: str, base: str, log: Path) -> None:
        """Build the Dockerfile in the folder on the base image."""
        run_logged(["docker", "build", "--network=host", f"--build-arg=BASE={base}", f"--tag={name}", context], log)

    def save(self, name: str, archive: Path, log: Path) -> None:
        """Write an image to an archive."""
        run_logged(["docker", "save", f"--output={archive}", name], log)


@dataclass(frozen=True)
class Buildah:
    """Buildah, or podman, which takes the same arguments: neither needs an engine that runs."""

    program: str

    def holds(self, name: str, identity: str) -> bool:
        """Whether it holds exactly this image under the name."""
        return identity in run([*self._prefix(), "images", "--quiet", "--no-trunc", name], check=False).split()

    def load(self, archive: Path, log: Path) -> None:
        """Take in an image from an archive."""
        run_logged([*self._prefix(), "pull", f"oci-archive:{archive}"], log)

    def build(self, context: Path, name: str, base: str, log: Path) -> None:
        """Build the Dockerfile in the folder on the base image."""
        # Steps run in a plain chroot on the machine's network: a sandbox may allow nothing more.
        steps = ["--layers", "--force-rm", "--isolation=chroot", "--network=host", "--pull=false"]
        # A machine behind a proxy may have certificates of its own, without which nothing can be installed.
        trust = [f"--volume={CERTIFICATES}:{CERTIFICATES}:ro"] if CERTIFICATES.exists() else []
        build = [*self._prefix(), "build", *steps, *trust, f"--build-arg=BASE={base}", f"--tag={name}", str(context)]
        run_logged(build, log)

    def save(self, name: str, archive: Path, log: Path) -> None:
        """Write an image to an archive."""
        run_logged([*self._prefix(), "push", name, f"oci-archive:{archive}:{name}"], log)

    def _prefix(self) -> list[str]:
        storage = cache_directory() / "builder"
        return [self.program, f"--root={storage / 'root'}", f"--runroot={storage / 'run'}", "--storage-driver=overlay"]


def find_builder() -> Builder:
    """The first that is there; buildah is installed where none is."""
    if docker_runs():
        return Docker()
    if find_program("buildah") is None and find_program("podman") is not None:
        return Buildah("podman")
    packages.ensure("buildah")
    return Buildah("buildah")
