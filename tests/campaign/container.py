"""Containers: each a process of its own with its own folders, as the operator's Jobs would start it; forked from one that
has everything loaded, since a campaign starts thousands."""

import contextlib
import json
import multiprocessing
import os
import random
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest.mock import patch

from schemachange_operator.core import task
from schemachange_operator.core.task import RunReport
from schemachange_operator.runner import main as runner
from schemachange_operator.runner.environment import Environment, Folders, load

COMMANDS = ("analyse", "backup", "prove", "apply", "backfill", "verify", "rollback")
PATIENCE = 90.0
"""Seconds that one container may take, whatever happens to it."""


def nursery() -> ForkServerContext:
    """Where containers are forked from."""
    context = multiprocessing.get_context("forkserver")
    loaded = [place.partition(":")[0] for place in runner.COMMANDS.values()]
    context.set_forkserver_preload(["campaign.container", "campaign.__main__", *loaded])
    return context


@dataclass(frozen=True)
class Container:
    """One that was started."""

    command: str
    step: str
    attempt: int
    process: BaseProcess
    report_file: Path
    log: Path

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process.is_alive()

    def signal(self, number: signal.Signals) -> None:
        """To all of its processes, as when a container is killed."""
        pid = self.process.pid
        assert pid is not None
        with contextlib.suppress(ProcessLookupError):
            try:
                os.killpg(pid, number)
            except ProcessLookupError:
                # It has only just been forked and leads no group yet.
                os.kill(pid, number)

    def ended(self) -> RunReport | None:
        """Wait for its end; what it answered, if anything. Raises AssertionError when it does not end."""
        self.process.join(PATIENCE)
        assert not self.running, f"{self.command} {self.step} does not end:\n{self.log.read_text()[-2000:]}"
        if not self.report_file.is_file():
            return None
        try:
            return RunReport.model_validate_json(self.report_file.read_text())
        except ValueError:
            # It was killed while it wrote.
            return None


def start(
    context: ForkServerContext, root: Path, command: str, request: dict[str, Any], rehearsal: tuple[Path, int]
) -> Container:
    """Start a container; `root` holds content, plan, credentials and backups."""
    name = f"{len(list(root.glob('container-*'))) + 1:02}-{command}-{request['step']}-{request['attempt']}"
    own = root / f"container-{name}"
    (own / "work").mkdir(parents=True)
    arguments = (str(root), str(own), command, json.dumps(request), str(rehearsal[0]), rehearsal[1])
    process = context.Process(target=_run, args=arguments, name=name)
    process.start()
    return Container(command, request["step"], request["attempt"], process, own / "report.json", own / "log.jsonl")


def _run(root: str, own: str, command: str, request: str, rehearsal: str, rehearsal_port: int) -> None:
    """In the new process."""
    os.setsid()
    log = os.open(f"{own}/log.jsonl", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    random.seed()
    place = Path(root)
    folders = Folders(
        content=place / "content.json",
        plan=place / "plan.json",
        credentials=place / "credentials",
        work=Path(own) / "work",
        backup=place / "backup",
        rehearsal=Path(rehearsal),
        report=Path(own) / "report.json",
        rehearsal_port=rehearsal_port,
    )
    with patch.object(runner, "load", _loaded_with_clock(place / "clock")):
        sys.exit(runner.main([command], variables={task.REQUEST_VARIABLE: request}, folders=folders))


def _loaded_with_clock(file: Path) -> Callable[..., Environment]:
    """The runner's clock jumps by as many seconds as the file says, whenever it says so."""

    def clock() -> datetime:
        jump = float(file.read_text()) if file.exists() else 0
        return datetime.now(UTC) + timedelta(seconds=jump)

    return lambda *arguments: replace(load(*arguments), clock=clock)
