"""What a container is given: the request, the content, the folders; time, chance and the wish to stop."""

import gzip
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from schemachange_operator.api.reason import Reason
from schemachange_operator.core import task
from schemachange_operator.core.content import Content
from schemachange_operator.core.digest import digest, text_digest
from schemachange_operator.core.errors import Stop
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.quarantine import in_full
from schemachange_operator.core.rules.course import Course
from schemachange_operator.core.task import RunRequest
from schemachange_operator.runner.output import Output, utc_now


@dataclass(frozen=True)
class Folders:
    """Where things are mounted; tests put them elsewhere."""

    content: Path = Path(task.CONTENT_FILE)
    plan: Path = Path(task.PLAN_FILE)
    credentials: Path = Path(task.SECRET_FOLDER)
    work: Path = Path(task.WORK_FOLDER)
    backup: Path = Path(task.BACKUP_FOLDER)
    rehearsal: Path = Path(task.REHEARSAL_SOCKET)
    report: Path = Path(task.TERMINATION_LOG)
    rehearsal_port: int = 5432


@dataclass(frozen=True)
class Environment:
    """Everything a command may use of the world."""

    request: RunRequest
    content: Content
    plan: PlanDocument | None
    folders: Folders
    output: Output
    stop: threading.Event = field(default_factory=threading.Event)
    """Set on SIGTERM: end the batch or cancel the statement, then leave."""
    clock: Callable[[], datetime] = utc_now
    chance: random.Random = field(default_factory=random.Random)
    course: Course | None = None
    """What changes that are planned before this one leave; only on the command line."""
    earlier: tuple[Content, ...] = ()
    """Those changes, which a rehearsal applies first; only on the command line."""
    program_folders: tuple[Path, ...] = ()
    """Where PostgreSQL's programs are looked for beside PATH."""

    def __post_init__(self) -> None:
        # What was planned is what is run: SQL that the operator wrote is never written anew once it was approved.
        if self.plan and self.plan.written:
            object.__setattr__(self, "content", in_full(self.content, self.plan.written))

    @property
    def application_name(self) -> str:
        """How our sessions are known in pg_stat_activity: the change, the step and the attempt, below 64 bytes."""
        who = self.request
        return f"{self.application_prefix}{who.task}/{who.attempt}/{who.step}"[:63]

    @property
    def application_prefix(self) -> str:
        """What application_name begins with in every session of this change, whatever the attempt.

        By name and not by uid: an object that is deleted and made again finds the sessions of the one before.
        """
        change = self.request.change
        return f"schemachange/{digest([change.namespace, change.name]).removeprefix('sha256:')[:12]}/"

    def pause(self, seconds: float) -> bool:
        """Wait; True when asked to stop meanwhile."""
        return self.stop.wait(seconds)


def load(variables: Mapping[str, str], folders: Folders, output: Output) -> Environment:
    """Read request, content and plan.

    Raises Stop(ContentMismatch) when content or plan are not those of the request.
    """
    request = RunRequest.model_validate_json(variables[task.REQUEST_VARIABLE])
    text = folders.content.read_text()
    if text_digest(text) != request.content_digest:
        raise Stop(
            Reason.CONTENT_MISMATCH,
            f"The frozen content is {text_digest(text)[:19]}, wanted {request.content_digest[:19]}. Nothing was run."
            " Delete the ConfigMap; the operator writes it again.",
        )
    plan = _plan(folders.plan)
    if plan and plan.content_digest != request.content_digest:
        raise Stop(Reason.CONTENT_MISMATCH, "The frozen plan was made for another content. Nothing was run.")
    return Environment(request, Content.model_validate_json(text), plan, folders, output)


def _plan(file: Path) -> PlanDocument | None:
    """The frozen plan; one that is too big for a ConfigMap is packed."""
    packed = file.with_name(f"{file.name}.gz")
    if packed.is_file():
        return PlanDocument.model_validate_json(gzip.decompress(packed.read_bytes()))
    return PlanDocument.model_validate_json(file.read_text()) if file.is_file() else None
