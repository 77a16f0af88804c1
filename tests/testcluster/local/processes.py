"""Starting and stopping the cluster's processes. A process is known by its id and its start time: an id alone comes to
mean another process once it is free, and a process that died but was not reaped yet still answers to signal 0."""

import contextlib
import json
import os
import resource
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from testcluster.shell import wait_until

SECONDS_TO_END = 10.0


@dataclass(frozen=True)
class ProcessIdentity:
    """One process of this boot of the machine."""

    pid: int
    start_time: int


def parse_stat(text: str) -> tuple[str, int]:
    """State and start time (ticks since boot) from the text of /proc/PID/stat."""
    # The program's name, in parentheses, may itself hold blanks and parentheses.
    fields = text[text.rindex(")") + 2 :].split()
    return fields[0], int(fields[19])


def is_alive(identity: ProcessIdentity, proc: Path = Path("/proc")) -> bool:
    """Whether exactly this process still runs; a zombie does not."""
    try:
        state, start_time = parse_stat((proc / str(identity.pid) / "stat").read_text())
    except (OSError, ValueError, IndexError):
        return False
    return start_time == identity.start_time and state not in {"Z", "X"}


def identify(pid: int, proc: Path = Path("/proc")) -> ProcessIdentity | None:
    """The identity of what has this id now."""
    try:
        return ProcessIdentity(pid, parse_stat((proc / str(pid) / "stat").read_text())[1])
    except (OSError, ValueError, IndexError):
        return None


def end(identity: ProcessIdentity) -> None:
    """Ask the process to end, and kill it if it does not."""
    for asked in (signal.SIGTERM, signal.SIGKILL):
        if not is_alive(identity):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(identity.pid, asked)
        wait_until(lambda: not is_alive(identity), SECONDS_TO_END, interval=0.05)


@dataclass(frozen=True)
class Service:
    """A process that outlives the program that started it, remembered in a file."""

    name: str
    run: Path
    logs: Path

    @property
    def _record(self) -> Path:
        return self.run / f"{self.name}.process"

    @property
    def log(self) -> Path:
        """Where the output goes."""
        return self.logs / f"{self.name}.log"

    def identity(self) -> ProcessIdentity | None:
        """The process, dead or alive, that was started last."""
        try:
            return ProcessIdentity(**json.loads(self._record.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def runs(self) -> bool:
        """Whether that process is alive."""
        identity = self.identity()
        return identity is not None and is_alive(identity)

    def start(self, command: Sequence[str]) -> None:
        """Start the process, detached from this program, unless it runs."""
        if self.runs():
            return
        _raise_open_files()
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                start_new_session=True,
            )
        identity = identify(process.pid)
        if identity:
            self._record.write_text(json.dumps(asdict(identity)))

    def stop(self) -> None:
        """End the process that was started, and forget it."""
        identity = self.identity()
        if identity:
            end(identity)
        self._record.unlink(missing_ok=True)


def _raise_open_files() -> None:
    """Let this process, and so those that it starts, open as many files as it may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
