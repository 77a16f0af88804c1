"""Running other programs: output in a log file, a clear error, root by sudo where it is needed."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from testcluster.paths import cache_directory

Command = Sequence[str | Path]

ADMINISTRATOR_PROGRAMS = "/usr/local/sbin:/usr/sbin:/sbin"


class CommandError(Exception):
    """A step failed; the text says which one and where its log is."""


def say(text: str) -> None:
    """Progress for the person who waits. Standard output stays free for answers that scripts read."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def answer(text: str) -> None:
    """What a command was asked for, on standard output."""
    sys.stdout.write(f"{text}\n")


def run(command: Command, *, feed: str | bytes | None = None, check: bool = True) -> str:
    """Run a short command and return what it printed."""
    data = feed.encode() if isinstance(feed, str) else feed
    result = subprocess.run(command, input=data, capture_output=True, check=False)
    if check and result.returncode != 0:
        message = result.stderr.decode(errors="replace").strip()
        raise CommandError(f"{_shown(command)} failed ({result.returncode}): {message}")
    return result.stdout.decode(errors="replace")


def run_logged(
    command: Command,
    log: Path,
    *,
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
    as_invoker: bool = False,
) -> None:
    """Run a long command with all its output appended to a log file, which a failure names and quotes.

    With `as_invoker`, what root does by sudo is done by the user who asked for it, with that user's own caches.
    """
    user, group = invoker() if as_invoker else (None, None)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        give_to_user(log)
        output.write(f"\n$ {_shown(command)}\n".encode())
        output.flush()
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=directory,
            env={**os.environ, **(environment or {})},
            user=user,
            group=group,
            check=False,
        )
    if result.returncode != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise CommandError(f"{command[0]} failed ({result.returncode}), log: {log}\n{tail}")


def find_program(name: str) -> Path | None:
    """The path of a program, also where an ordinary user's PATH leaves out the administrator's folders."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:{ADMINISTRATOR_PROGRAMS}")
    return Path(found) if found else None


def wait_until(done: Callable[[], bool], seconds: float, *, interval: float = 0.1) -> bool:
    """Ask again and again until it is so, or the time is over."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(interval)
    return True


@contextlib.contextmanager
def exclusively(folder: Path) -> Iterator[None]:
    """Keep others who ask the same for this folder waiting. The lock is on the folder itself: no file is left behind."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def become_root() -> None:
    """Start this program again under sudo, with the user's own caches and paths, unless it is root already."""
    if os.geteuid() == 0:
        return
    # Made by root they would be closed to the user.
    for folder in ("logs", "images", "programs", "servers", "users"):
        (cache_directory() / folder).mkdir(parents=True, exist_ok=True)
    kept = ["HOME", "PATH", "PYTHONPATH", "XDG_CACHE_HOME", "SCHEMACHANGE_CLUSTER", "GOPROXY", "GOFLAGS"]
    kept += [name for name in os.environ if name.lower().endswith(("_proxy", "_ca_bundle", "ssl_cert_file"))]
    settings = [f"{name}={os.environ[name]}" for name in kept if name in os.environ]
    arguments = ["sudo", "env", *settings, sys.executable, "-m", "testcluster", *sys.argv[1:]]
    os.execvp("sudo", arguments)


def give_to_user(path: Path) -> None:
    """Hand a file made under sudo to the person who asked for it."""
    user, group = invoker()
    if user is not None and group is not None:
        os.chown(path, user, group)


def invoker() -> tuple[int, int] | tuple[None, None]:
    """User and group of the person who runs this by sudo; nothing where there is no sudo."""
    user, group = os.environ.get("SUDO_UID"), os.environ.get("SUDO_GID")
    return (int(user), int(group)) if user and group and os.geteuid() == 0 else (None, None)


def _shown(command: Command) -> str:
    return " ".join(str(word) for word in command)
