"""The programs that are compared: each adds a column to the same table, in a process of its own."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from postgres.support.change import Change, steps
from postgres.support.database import Database
from schemachange_operator.api.policy import SchemaPolicySpec
from testcluster.packages import ensure
from testcluster.paths import cache_directory
from testcluster.postgres_binaries import find_server
from testcluster.servers import PASSWORD, SUPERUSER
from testcluster.shell import CommandError, run_logged, say

FLYWAY = "10.22.0"


@dataclass
class Migration:
    """One program that runs."""

    process: "subprocess.Popen[bytes]"
    named: str = ""
    """How it named the blocker, once it has ended."""

    def ended(self) -> int:
        """Wait for its end; the exit code."""
        output, _ = self.process.communicate(timeout=300)
        lines = [json.loads(line) for line in output.decode().splitlines() if line.startswith('{"progress"')]
        self.named = next((line["progress"]["blockedBy"] for line in lines if line["progress"]["blockedBy"]), "")
        return self.process.returncode


Start = Callable[[], Migration]
"""Starts a program that is there and knows what to do."""


def add(column: str) -> str:
    """The same change for all."""
    return f"ALTER TABLE orders ADD COLUMN {column} text"


@contextmanager
def psql(database: Database, column: str) -> Iterator[Start]:
    """psql, which sends the statement and waits."""
    program = find_server(database.server.major) / "psql"
    command = [str(program), database.server.url(database.connection.database), "--no-psqlrc", "-c", add(column)]
    yield lambda: Migration(subprocess.Popen(command, stdout=subprocess.PIPE))


@contextmanager
def flyway(database: Database, column: str) -> Iterator[Start]:
    """Flyway with its defaults. Raises CommandError where it cannot be had."""
    program = _flyway()
    address = urlsplit(database.server.url(database.connection.database))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "V1__add.sql").write_text(f"{add(column)};\n")
        command = [
            str(program), "migrate", f"-url=jdbc:postgresql://{address.hostname}:{address.port}{address.path}", f"-user={SUPERUSER}",
            f"-password={PASSWORD}", f"-locations=filesystem:{folder}", "-baselineOnMigrate=true", "-baselineVersion=0",
        ]  # fmt: skip
        yield lambda: Migration(subprocess.Popen(command, stdout=subprocess.PIPE))


def _flyway() -> Path:
    folder = cache_directory() / "flyway" / FLYWAY
    program = folder / f"flyway-{FLYWAY}" / "flyway"
    if shutil.which("java") is None:
        ensure("java")
    if not program.exists():
        ensure("mvn")
        say(f"installing Flyway {FLYWAY}")
        folder.mkdir(parents=True, exist_ok=True)
        artifact = f"org.flywaydb:flyway-commandline:{FLYWAY}:tar.gz"
        log = cache_directory() / "logs" / "flyway.log"
        copy = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
        run_logged(
            ["mvn", "--batch-mode", copy, f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"], log, directory=folder
        )
        (archive,) = folder.glob("*.tar.gz")
        run_logged(["tar", "--extract", "--no-same-owner", f"--file={archive}", f"--directory={folder}"], log)
        archive.unlink()
        program.chmod(0o755)
    if not program.exists():
        raise CommandError("Flyway's archive does not hold what it should")
    return program


@contextmanager
def runner(database: Database, column: str) -> Iterator[Start]:
    """This operator's runner with the default policy: the command `apply` as its Job would run it."""
    with tempfile.TemporaryDirectory() as folder:
        change = Change(database, Path(folder), steps({"name": "add", "sql": add(column)}), policy=SchemaPolicySpec())
        yield lambda: Migration(change.start("apply", "add").started)
