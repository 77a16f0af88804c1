"""PostgreSQL's server programs on this machine, and the account that may run them."""

import os
import pwd
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop

PACKAGED = ("/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin", "/usr/local/opt/postgresql@{}/bin")
"""Where packages put a major version."""


@dataclass(frozen=True)
class Account:
    """Whom to run as; nobody else where all is None."""

    user: int | None = None
    group: int | None = None
    groups: tuple[int, ...] | None = None


def account() -> Account:
    """PostgreSQL refuses to run as root: then it is postgres or nobody. Raises Stop(RehearsalFailed) when there is neither."""
    if os.geteuid() != 0:
        return Account()
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid, ())
    raise failed(
        "PostgreSQL does not run as root, and there is neither a user postgres nor nobody. Run schg as another user"
    )


def find_server(major: int, given: Path | None, who: Account) -> Path:
    """The folder of a major version's server programs. Raises Stop(RehearsalFailed)."""
    if given:
        found = _major(given, who)
        if found != major:
            what = f"PostgreSQL {found}" if found else "no PostgreSQL server (postgres, initdb) that can be run"
            raise failed(f"{given} holds {what}, wanted is {major}. Name its folder of programs with --server-binaries")
        return given.resolve()
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for folder in map(Path, [*folders, *(place.format(major) for place in PACKAGED)]):
        if _major(folder, who) == major:
            return folder.resolve()
    raise failed(
        f"No server programs of PostgreSQL {major} (postgres, initdb) are on this machine."
        f" Install postgresql-{major}, or name their folder with --server-binaries"
    )


def failed(message: str) -> Stop:
    """What keeps a rehearsal from beginning."""
    return Stop(Reason.REHEARSAL_FAILED, f"{message}.")


def _major(folder: Path, who: Account) -> int:
    """0 where there is no server that the account can run."""
    if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb")):
        return 0
    try:
        told = subprocess.run(
            [folder.resolve() / "postgres", "--version"],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=who.user,
            group=who.group,
            extra_groups=who.groups,
        ).stdout
    except OSError:
        return 0
    match = re.search(r"\b(\d+)", told)
    return int(match[1]) if match else 0
