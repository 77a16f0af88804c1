"""Postgres servers for tests that need no cluster: one process in a temporary folder, gone at the end."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from testcluster.postgres_binaries import NEWEST_MAJOR, find_server
from testcluster.shell import CommandError, wait_until

SUPERUSER = "postgres"
PASSWORD = "postgres"
# `nobody` on every Linux.
NOBODY = 65534
SECONDS_TO_START = 30.0
SECONDS_TO_STOP = 20.0

# A test's server need not survive the machine's crash; a killed process loses nothing by this.
FAST = {"fsync": "off", "full_page_writes": "off"}
ALWAYS = {"listen_addresses": "127.0.0.1", "max_connections": "100", "shared_buffers": "32MB"}


def configuration(port: int, socket_folder: Path, settings: Mapping[str, str], *, fast: bool) -> str:
    """The lines to add to postgresql.conf; a test's own settings win."""
    merged = {
        **ALWAYS,
        **(FAST if fast else {}),
        "port": str(port),
        "unix_socket_directories": str(socket_folder),
        **settings,
    }
    return "".join(f"{name} = '{value}'\n" for name, value in merged.items())


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def account() -> int | None:
    """Whom to run as, where that must be somebody else: Postgres refuses to run as root."""
    return NOBODY if os.geteuid() == 0 else None


class Server:
    """One server: `with Server(18) as server: psycopg.connect(server.url())`."""

    def __init__(
        self,
        major: int = NEWEST_MAJOR,
        *,
        fast: bool = True,
        settings: Mapping[str, str] | None = None,
        initdb_arguments: Sequence[str] = (),
    ) -> None:
        self.major = major
        self.port = free_port()
        self._programs = find_server(major)
        self._fast = fast
        self._settings = settings or {}
        self._initdb_arguments = initdb_arguments
        self._folder = Path()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Create the database folder and start the server."""
        self._folder = Path(tempfile.mkdtemp(prefix=f"postgres-{self.major}-"))
        try:
            self._create()
            self.start()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop the server and delete its folder."""
        self._remove()

    def url(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        """How to connect, by password over the loopback address."""
        return f"postgresql://{user}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self._folder / "server.log"

    @property
    def data(self) -> Path:
        """The server's data folder."""
        return self._folder / "data"

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        with self.log.open("ab") as log:
            command = [self._program("postgres"), "-D", str(self.data)]
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, user=account(), group=account(), cwd="/", start_new_session=True
            )
        process = self._process
        wait_until(lambda: process.poll() is not None or self._is_ready(), SECONDS_TO_START, interval=0.05)
        if not self._is_ready():
            raise CommandError(f"PostgreSQL {self.major} did not start:\n{self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """Stop the server cleanly, cutting off whoever is connected."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill the server and all its backends at once, as a crash of the machine would."""
        self._end(signal.SIGKILL)

    def stop_at_once(self) -> None:
        """Shut it down without a checkpoint: the next start recovers, as after a crash."""
        self._end(signal.SIGQUIT)

    def restart(self) -> None:
        """Stop it, if it runs, and start it again on the same port with the same data."""
        self.stop()
        self.start()

    def _create(self) -> None:
        if (user := account()) is not None:
            os.chown(self._folder, user, user)
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        access = ["--auth-host=scram-sha-256", "--auth-local=trust", f"--pwfile={secret}", f"--username={SUPERUSER}"]
        storage = ["--encoding=UTF8", "--locale=C", "--no-sync", f"--pgdata={self.data}"]
        command = [self._program("initdb"), *access, *storage, *self._initdb_arguments]
        made = subprocess.run(command, capture_output=True, check=False, user=account(), group=account(), cwd="/")
        if made.returncode != 0:
            raise CommandError(f"initdb of PostgreSQL {self.major} failed: {made.stderr.decode(errors='replace')}")
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(configuration(self.port, self._folder, self._settings, fast=self._fast))

    def _is_ready(self) -> bool:
        # The server writes `ready` here when it takes connections: no client program is needed to ask.
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        process = self._process
        return process is not None and lines[7:8] == ["ready   "] and lines[0] == str(process.pid)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if how == signal.SIGKILL:
            for pid in _children(process.pid):
                # A backend may end by itself meanwhile.
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        process.send_signal(how)
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _program(self, name: str) -> str:
        return str(self._programs / name)


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in tasks.read_text().split()] if tasks.exists() else []
