"""World: all that is known of one change at one moment. Gathered first, judged afterwards."""

from dataclasses import dataclass
from datetime import datetime

from schemachange_operator.api.approval import SchemaChangeApproval
from schemachange_operator.api.database import PostgresDatabase
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.api.reason import Reason
from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.api.status import QuarantineStatus, RunRecord, SchemaChangeStatus
from schemachange_operator.api.vocabulary import Phase, RunOutcome, Task
from schemachange_operator.core.content import Content
from schemachange_operator.core.digest import digest
from schemachange_operator.core.jobs import JobView
from schemachange_operator.core.plan import PlanDocument

TOUCHING = (Task.APPLY, Task.BACKFILL, Task.VERIFY, Task.ROLLBACK)
"""Tasks whose Jobs may write to the target."""

IN_FLIGHT_FINALIZER = "schemachange.dev/in-flight"
"""On the object only while a Job that may touch the target lives."""


WAY_TO_PLAN = {"connection", "roles", "search_path", "rehearsal"}
"""Members of a database's spec that a plan is made with: once mended, nothing waits for a Job that was told the old ones."""


@dataclass(frozen=True)
class Problem:
    """One missing or wrong input: which field, what is wrong with it, what to do."""

    reason: Reason
    field: str
    message: str

    def sentence(self) -> str:
        """For people."""
        return f"{self.field}: {self.message.rstrip('.')}."


@dataclass(frozen=True)
class Sibling:
    """What is known of another change: enough for order and for holding relations."""

    namespace: str
    name: str
    uid: str
    phase: str
    depends_on: tuple[str, ...] = ()
    """Changes that have to be completed before it; the one that it undoes among them."""
    reverts: str = ""
    """The change that it undoes."""
    reverted_by: str = ""
    """The change that has undone it."""
    database: tuple[str, str] = ("", "")
    """Namespace and name of its database."""
    relations: tuple[str, ...] = ()
    """Relations that its plan touches."""
    frozen: bool = False
    data_at_risk: bool = False
    compatibility: str = ""
    """What it says of the running application: Additive, Expand, Contract or Breaking."""
    quarantines: bool = False
    """Whether it takes something into quarantine, so that a Contract change may end it."""
    quarantine: tuple[QuarantineStatus, ...] = ()
    """What it has put in quarantine."""


@dataclass(frozen=True)
class World:
    """One change, everything around it, and the time."""

    now: datetime
    change: SchemaChange
    database: PostgresDatabase | None = None
    policy: SchemaPolicySpec | None = SchemaPolicySpec()
    """None: the database names a policy that does not exist."""
    content: Content | None = None
    """None when a source of SQL is missing."""
    problems: tuple[Problem, ...] = ()
    """What gathering met: sources of SQL that do not exist, objects that do not have their shape."""
    approvals: tuple[SchemaChangeApproval, ...] = ()
    """Approvals that name this change."""
    approval_policy_since: datetime | None = None
    """Since when the admission policy for approvals is in force; None: it is not installed."""
    siblings: tuple[Sibling, ...] = ()
    """Other changes: those of this namespace, and those of the same database."""
    jobs: tuple[JobView, ...] = ()
    """Jobs of this change, live from the API server."""
    fresh_plan: PlanDocument | None = None
    """The document of a plan's Job that has ended and is not recorded yet, from its log."""
    stored_plan: PlanDocument | None = None
    """The document of status.plan, from the frozen ConfigMap beside the database."""

    @property
    def status(self) -> SchemaChangeStatus:
        """The status as last written, or as evidence has been added to it in this pass."""
        return self.change.status

    @property
    def cycle(self) -> str:
        """What stands for this go at the change: pinned once frozen, otherwise derived from all that begins a new one.

        An abort ends the go that it finds, with what a rollback of it has said, whatever was retried on the way.
        """
        if (self.status.frozen or self.change.spec.abort) and self.status.cycle:
            return self.status.cycle
        policy = self.policy.model_dump(mode="json") if self.policy else None
        content = self.content.digest() if self.content else None
        way = self.database.spec.model_dump(mode="json", include=WAY_TO_PLAN) if self.database else None
        waivers = [waiver.model_dump(mode="json") for waiver in self.change.spec.waivers]
        spec, replans = self.change.spec, self.status.replans
        inputs = [content, policy, way, spec.retry, replans, waivers, spec.compatibility]
        return digest(inputs).removeprefix("sha256:")[:10]

    def run(self, task: Task, step: str = "") -> RunRecord | None:
        """The evidence of one piece of work in this cycle."""
        for record in self.status.runs:
            if (record.cycle, record.task, record.step) == (self.cycle, task, step):
                return record
        return None

    def done(self, task: Task, step: str = "") -> bool:
        """Whether that piece of work is done in this cycle."""
        record = self.run(task, step)
        return record is not None and record.outcome == RunOutcome.DONE

    def live_jobs(self, *tasks: Task) -> tuple[JobView, ...]:
        """Jobs of some tasks that have not ended, whatever their cycle."""
        return tuple(job for job in self.jobs if not job.finished and (not tasks or job.task in tasks))

    def blocked_by(self, task: str, step: str) -> str:
        """Who is in the way of a Job that waits for a lock just now; empty when it does not."""
        waiting = (
            job.progress.blocked_by for job in self.live_jobs() if (job.task, job.step) == (task, step) and job.progress
        )
        return next((who for who in waiting if who), "")

    def held_by(self, task: str, step: str) -> str:
        """What a Job's backfill holds for just now; empty when it goes on."""
        held = (job.progress.held_by for job in self.live_jobs() if (job.task, job.step) == (task, step) and job.progress)
        return next((what for what in held if what), "")

    def steps_done(self) -> tuple[str, ...]:
        """Steps that the evidence says are on the target."""
        names = [step.name for step in self.content.steps] if self.content else []
        return tuple(name for name in names if self.done(Task.APPLY, name) or self.done(Task.BACKFILL, name))

    @property
    def ended(self) -> bool:
        """Completed or aborted, which is final."""
        return self.status.completed_at is not None and self.status.phase in (Phase.COMPLETED, Phase.ABORTED)
