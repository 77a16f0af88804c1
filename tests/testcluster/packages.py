"""Installing the system packages that are missing."""

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

from testcluster.paths import cache_directory
from testcluster.shell import CommandError, find_program, run_logged, say

# What a package is wanted for: a program by its name, or a file by its absolute path.
PACKAGES = {
    "containerd": "containerd",
    "runc": "runc",
    "/usr/lib/cni/ptp": "containernetworking-plugins",
    "nft": "nftables",
    "ip": "iproute2",
    "openssl": "openssl",
    "mmdebstrap": "mmdebstrap",
    "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
    "buildah": "buildah",
    "npm": "npm",
    "java": "default-jre-headless",
    "mvn": "maven",
    "/usr/sbin/pgbouncer": "pgbouncer",
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1": "libfaketime",
    "/usr/lib/postgresql/15/bin/postgres": "postgresql-15",
}

ATTEMPTS = 3
WAIT_BETWEEN_ATTEMPTS = 5.0


def missing_packages(wanted: Iterable[str]) -> list[str]:
    """The packages to install so that each of the programs or files is there."""
    return sorted({PACKAGES[name] for name in wanted if not _present(name)})


def ensure(*wanted: str) -> None:
    """Install what is missing of the programs or files, by apt-get, as root or with sudo."""
    packages = missing_packages(wanted)
    if not packages:
        return None
    if find_program("apt-get") is None:
        raise CommandError(f"please install by hand, there is no apt-get here: {' '.join(packages)}")
    say(f"installing {' '.join(packages)}")
    for _ in range(ATTEMPTS - 1):
        with contextlib.suppress(CommandError):
            return _install(packages)
        # Another apt-get may hold the lock, or a mirror may be in the middle of an update.
        time.sleep(WAIT_BETWEEN_ATTEMPTS)
    return _install(packages)


def _install(packages: list[str]) -> None:
    log = cache_directory() / "logs" / "apt.log"
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    options = ["-o", "Acquire::Retries=5", "-o", "DPkg::Lock::Timeout=120"]
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *options]
    run_logged([*apt, "update"], log)
    run_logged([*apt, "install", "--yes", "--no-install-recommends", *packages], log)


def _present(name: str) -> bool:
    return Path(name).exists() if name.startswith("/") else find_program(name) is not None
