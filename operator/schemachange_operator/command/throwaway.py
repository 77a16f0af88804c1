"""A throw-away server on this machine: made, started, and gone with us, whatever happens to us."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from schemachange_operator.command.server_programs import Account, account, failed, find_server
from schemachange_operator.runner.rehearsal.server import SUPERUSER

SUPERVISOR = Path(__file__).with_name("throwaway_server.sh")
SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 20.0
PAUSE = 0.05
LONGEST_SOCKET = 90
"""Characters of a folder that a Unix socket's path (at most 107) has room for."""
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    # It would take locks that are not the migration's.
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "dynamic_shared_memory_type": "mmap",
    "wal_level": "logical",
    "max_connections": "50",
}
"""As in a rehearsal's pod."""


@dataclass(frozen=True)
class Throwaway:
    """A server that runs."""

    sockets: Path
    programs: Path


@contextmanager
def throwaway_server(major: int, given: Path | None) -> Iterator[Throwaway]:
    """A fresh server of a major version for as long as the block lasts. Raises Stop(RehearsalFailed)."""
    who = account()
    programs = find_server(major, given, who)
    folder = Path(tempfile.mkdtemp(prefix="schg-", dir=_short_folder()))
    try:
        if who.user is not None and who.group is not None:
            os.chown(folder, who.user, who.group)
        with tempfile.TemporaryFile("w+") as log:
            _create(programs, folder, who, log)
            with _running(programs, folder, who, log):
                yield Throwaway(folder, programs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _short_folder() -> str:
    folder = tempfile.gettempdir()
    return folder if len(folder) < LONGEST_SOCKET - len("/schg-12345678") else "/tmp"  # noqa: S108  # a folder of our own is made in it


def _create(programs: Path, folder: Path, who: Account, log: TextIO) -> None:
    for locale in ("C.UTF-8", "C"):
        storage = ["--encoding=UTF8", f"--locale={locale}", "--no-sync", f"--pgdata={folder / 'data'}"]
        command = [str(programs / "initdb"), "--auth=trust", f"--username={SUPERUSER}", *storage]
        made = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
            cwd="/",
            env=_environment(),
            user=who.user,
            group=who.group,
            extra_groups=who.groups,
        )
        if made.returncode == 0:
            return
    raise failed(f"initdb of {programs} failed: {_last(log)}")


def _environment() -> dict[str, str]:
    """Without PGPASSWORD and its kin: the server has no use for the target's address."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


@contextmanager
def _running(programs: Path, folder: Path, who: Account, log: TextIO) -> Iterator[None]:
    settings = [f"-c{name}={value}" for name, value in {**SETTINGS, "unix_socket_directories": str(folder)}.items()]
    # Not a shell of the user's: the script is ours, its arguments are not read again. A session of its own, so that
    # Ctrl-C reaches us alone.
    command: Sequence[str | Path] = [
        "/bin/sh", "-c", SUPERVISOR.read_text(), "sh", folder, programs / "postgres", "-D", folder / "data", "-p", "5432",
        *settings,
    ]  # fmt: skip
    supervisor = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        cwd="/",
        env=_environment(),
        start_new_session=True,
        user=who.user,
        group=who.group,
        extra_groups=who.groups,
    )
    try:
        _wait_until_ready(supervisor, folder, log)
        yield
    finally:
        _stop_server(supervisor)


def _wait_until_ready(supervisor: "subprocess.Popen[bytes]", folder: Path, log: TextIO) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while supervisor.poll() is None and time.monotonic() < deadline:
        if _is_ready(folder / "data" / "postmaster.pid"):
            return
        time.sleep(PAUSE)
    raise failed(f"The throw-away server did not start: {_last(log)}")


def _is_ready(process_file: Path) -> bool:
    try:
        lines = process_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    # The eighth line says how far the server has come.
    return lines[7:8] == ["ready   "]


def _stop_server(supervisor: "subprocess.Popen[bytes]") -> None:
    if supervisor.stdin:
        supervisor.stdin.close()
    try:
        supervisor.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        os.killpg(supervisor.pid, signal.SIGKILL)
        supervisor.wait()


def _last(log: TextIO) -> str:
    log.seek(0)
    return " ".join(log.read()[-1_000:].split()) or "it said nothing"
