"""The volume that backups lie on is full: a file system in memory, so only where this runs as root."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

from campaign.changes.change import ChangeClass
from campaign.faults.fault import Boundary, Fault
from campaign.proxy import Link
from campaign.stage import Stage

SIZE = "2m"


def mount(stage: Stage, _: Link | None) -> None:
    """A small volume, from the beginning; taken away by `Stage.end`."""
    backups = stage.root / "backup"
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(backups)], check=True)
    stage.at_the_end.append(lambda: _unmount(stage, backups))


def fill(stage: Stage, _: Link | None) -> None:
    """No byte more fits, until the container has ended."""
    filler = stage.root / "backup" / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    stage.after.append(lambda: filler.unlink(missing_ok=True))


def _unmount(stage: Stage, backups: Path) -> None:
    subprocess.run(["umount", str(backups)], check=True)


def backs_up(kind: ChangeClass) -> bool:
    """Only where there is a backup."""
    return bool(kind.backup_before) and os.geteuid() == 0


def in_backup(boundary: Boundary) -> bool:
    """Only while it is taken."""
    return boundary.command == "backup"


FAULTS = {"full-disk": Fault(fill, suits=backs_up, meets=in_backup, at_times=False, first=mount)}
