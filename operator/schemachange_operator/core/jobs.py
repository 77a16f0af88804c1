"""Jobs as the core names them: the one that it wants (JobOrder) and the ones that exist (JobView)."""

import re
from typing import Literal

from schemachange_operator.api.base import Model
from schemachange_operator.api.database import PostgresDatabase
from schemachange_operator.api.migration import AppTests
from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import Notice, Progress
from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.content import Content
from schemachange_operator.core.digest import digest, short
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.task import ChangeIdentity, RunReport, RunRequest

NAME_LIMIT = 63
"""Characters of a Job's name: its pods carry it as a label."""

JobState = Literal["Pending", "Running", "Suspended", "Succeeded", "Failed", "Deleting"]
"""Pending: no container of it has begun. Deleting: its pods may still run until it is gone."""


class JobOrder(Model):
    """One Job that is wanted. Its name follows from the other members, so that asking twice gives one Job."""

    task: Task
    change: ChangeIdentity
    cycle: str
    """The cycle, fit for a label: at most 63 letters, digits and dashes."""
    attempt: int
    step: str = ""
    request: RunRequest
    content: Content
    """Frozen in a ConfigMap before the Job is made."""
    plan: PlanDocument | None = None
    """Frozen in another ConfigMap, from apply on."""
    database: PostgresDatabase
    app_tests: AppTests | None = None
    """For test: the application's own tests."""

    @property
    def namespace(self) -> str:
        """Where the Job lives: the database's namespace, which holds Secret and claim."""
        return self.database.metadata.namespace

    @property
    def name(self) -> str:
        """The Job's name."""
        return job_name(self.change, self.task, self.step, self.cycle, self.attempt)

    @property
    def content_config_map(self) -> str:
        """The name of the ConfigMap with the frozen content."""
        return config_map_name(self.change, "content", self.content.digest())

    @property
    def plan_config_map(self) -> str | None:
        """The name of the ConfigMap with the frozen plan; None where there is no plan yet."""
        return config_map_name(self.change, "plan", self.plan.evidence_digest()) if self.plan else None


class JobProblem(Model):
    """Why a pod does not begin, as far as the cluster says."""

    reason: Reason
    message: str


class JobView(Model):
    """One Job of a change, as the API server showed it, with what its pod answered."""

    name: str
    task: Task
    step: str = ""
    cycle: str = ""
    attempt: int = 0
    state: JobState
    report: RunReport | None = None
    """The answer of its last container, or of the container that failed; None while it runs, or when the pod is lost."""
    problem: JobProblem | None = None
    failed_container: str = ""
    """The container that ended with a failure."""
    exit_code: int | None = None
    """The exit code of that container."""
    log_tail: str = ""
    """The end of the log of the application's tests, when they failed: at most 30 lines and 2 KiB."""
    progress: Progress | None = None
    """The last progress that a running backfill or apply wrote."""
    notices: tuple[Notice, ...] = ()
    """What it has told so far, as far as the end of its log goes."""
    started: str = ""
    """When it began, RFC 3339; empty before."""
    ended: str = ""
    """When it ended, RFC 3339; empty before."""

    @property
    def finished(self) -> bool:
        """Whether nothing of it runs any more."""
        return self.state in ("Succeeded", "Failed")


def job_name(change: ChangeIdentity, task: Task, step: str, cycle: str, attempt: int) -> str:
    """A name that is the same for the same work and differs for any other, at most 63 characters."""
    mark = short(digest([change.uid, task, step, cycle, attempt]), 8)
    head = "-".join(part for part in (_object_prefix(change), task.value, step) if part)
    return f"{head[: NAME_LIMIT - len(mark) - 1].rstrip('-')}-{mark}"


def config_map_name(change: ChangeIdentity, what: str, content_digest: str) -> str:
    """The name of a frozen ConfigMap: the change, what it holds, and the SHA-256 of that."""
    return f"{_object_prefix(change)}-{what}-{short(content_digest, 16)}"


def _object_prefix(change: ChangeIdentity) -> str:
    """Readable first, unique second: two changes of one name in two namespaces may use one database."""
    readable = re.sub(r"[^a-z0-9]+", "-", change.name)[:30].strip("-")
    return f"{readable}-{change.uid[:8]}"
