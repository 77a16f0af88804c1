"""PostgreSQL's client programs (pg_dump, pg_restore): the newest that is there, stopped when we are asked to stop."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from schemachange_operator.api.database import Connection
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop, TryLater
from schemachange_operator.postgres.session import CONNECT_TIMEOUT, Credentials
from schemachange_operator.runner.environment import Environment

PACKAGED = Path("/usr/lib/postgresql")
"""Where Debian's packages put each major version's programs."""
POLL = 0.1
"""Seconds between two looks at a running program."""
_VERSION = re.compile(r"\b(\d+)(?:\.(\d+))?")


class ProgramError(Exception):
    """A program ended with an error; `output` is what it wrote to standard error, without passwords, which it never gets."""

    def __init__(self, program: str, output: str) -> None:
        super().__init__(f"{program} failed")
        self.output = output

    @property
    def first_line(self) -> str:
        """The first complaint, for a message."""
        return next((line for line in self.output.splitlines() if "error" in line.lower()), self.output[:200]).strip()


@cache
def find_program(name: str, further: tuple[Path, ...] = ()) -> Path:
    """The newest program of that name, in `further`, in PATH or where packages put it. Raises Stop(InternalError) when there is none."""
    folders = [*further, *(Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder)]
    folders += PACKAGED.glob("*/bin")
    found = [path for path in (folder / name for folder in folders) if os.access(path, os.X_OK)]
    if not found:
        raise Stop(Reason.INTERNAL_ERROR, f"The image has no {name}. Nothing was touched. Use the image of this project.")
    return max(found, key=_version)


def _version(program: Path) -> tuple[int, int]:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    match = _VERSION.search(told)
    return (int(match[1]), int(match[2] or 0)) if match else (0, 0)


def run_program(environment: Environment, name: str, arguments: Sequence[str], variables: Mapping[str, str]) -> str:
    """Run a program to its end and give what it wrote to standard error.

    `variables` come on top of our own. Raises ProgramError when it fails, TryLater(Stopped) when we are asked to stop.
    """
    with tempfile.TemporaryFile("w+") as errors:
        command = [str(find_program(name, environment.program_folders)), *arguments]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, env={**os.environ, **variables}
        )
        try:
            stopped = _wait(environment, process)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        errors.seek(0)
        output = errors.read()
    if stopped:
        raise TryLater(Reason.STOPPED, f"Asked to stop: {name} was ended.")
    if process.returncode:
        raise ProgramError(name, output)
    return output


def _wait(environment: Environment, process: "subprocess.Popen[bytes]") -> bool:
    while True:
        try:
            process.wait(POLL)
        except subprocess.TimeoutExpired:
            if environment.stop.is_set():
                return True
        else:
            return False


@contextmanager
def connection_variables(
    connection: Connection, credentials: Credentials, application_name: str
) -> Iterator[dict[str, str]]:
    """libpq's environment variables for a program; the password is in a file that only we can read, for the block alone."""
    with tempfile.TemporaryDirectory() as folder:
        passwords = Path(folder) / "pgpass"
        passwords.touch(mode=0o600)
        escaped = credentials.password.replace("\\", "\\\\").replace(":", "\\:")
        passwords.write_text(f"*:*:*:*:{escaped}\n")
        yield {
            "PGHOST": connection.hosts,
            "PGPORT": connection.ports,
            **({"PGTARGETSESSIONATTRS": "primary"} if connection.standbys else {}),
            "PGDATABASE": connection.database,
            "PGUSER": credentials.user,
            "PGSSLMODE": connection.ssl_mode,
            "PGPASSFILE": str(passwords),
            "PGAPPNAME": application_name,
            "PGCONNECT_TIMEOUT": str(CONNECT_TIMEOUT),
        }
