"""A change carried through passes without a cluster: effects become Jobs in a dictionary, tests say how Jobs end.

The real core decides; only what the API server and the runner would do is played here.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from schemachange_operator.api.approval import SchemaChangeApproval
from schemachange_operator.api.base import Metadata
from schemachange_operator.api.database import PostgresDatabase
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.content import Content, ContentStep, Undo
from schemachange_operator.core.decide import decide
from schemachange_operator.core.destruction import destructive_steps, kind_of
from schemachange_operator.core.evidence import record
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.jobs import JobView, job_name
from schemachange_operator.core.order import identity
from schemachange_operator.core.outcome import AddFinalizer, CreateJob, Decision, DeleteJob, RemoveFinalizer, StorePlan
from schemachange_operator.core.plan import Forecast, PlanDocument, PlannedStep
from schemachange_operator.core.status import make_status
from schemachange_operator.core.task import PlanFacts, RunReport
from schemachange_operator.core.world import IN_FLIGHT_FINALIZER, Sibling, World

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
POLICY_SINCE = START - timedelta(days=30)

DATABASE: dict[str, Any] = {
    "metadata": {"name": "orders", "namespace": "shop"},
    "spec": {
        "environment": "production",
        "connection": {"host": "postgres", "database": "orders", "secretName": "orders-login"},
        "roles": {"migration": "orders_owner"},
        "owners": [{"user": "olga@example.com"}, {"group": "orders-owners"}],
        "rehearsal": {"image": "postgres:18"},
        "backup": {"claimName": "backups"},
        "windows": [{"name": "nightly", "opens": "01:00", "minutes": 60}],
    },
}

CHANGE: dict[str, Any] = {
    "metadata": {"name": "change", "namespace": "shop", "uid": "11111111-2222-3333-4444-555555555555", "generation": 1},
    "spec": {
        "database": {"name": "orders"},
        "why": "because",
        "author": "ada@example.com",
        "designedOn": "2026-11-20",
        "compatibility": "Additive",
        "migration": {
            "steps": [
                {"name": "add", "sql": "ALTER TABLE t ADD c text", "rollback": {"sql": "ALTER TABLE t DROP c"}},
                {
                    "name": "fill",
                    "backfill": {"table": "t", "set": {"c": "'x'"}},
                    "rollback": {"notNeeded": "goes with add"},
                },
                {"name": "require", "sql": "ALTER TABLE t ALTER c SET NOT NULL", "rollback": {"notNeeded": "goes with add"}},
            ]
        },
    },
}


def merged(base: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy of a manifest whose spec has some members replaced; None removes one."""
    spec = {**base["spec"], **changes}
    return {**base, "spec": {key: value for key, value in spec.items() if value is not None}}


def content_of(change: SchemaChange) -> Content:
    """Inline SQL as content."""
    migration = change.spec.migration
    if migration.steps is None:
        undo = change.spec.rollback
        assert undo is not None
        irreversible = undo.irreversible.reason if undo.irreversible else None
        only = ContentStep(
            name="main", sql=migration.sql, undo=Undo(sql=undo.sql, not_needed=undo.not_needed, irreversible=irreversible)
        )
        return Content(steps=(only,), verify=change.spec.verify)
    steps = tuple(
        ContentStep(
            name=s.name,
            sql=s.sql,
            backfill=s.backfill,
            quarantine=s.quarantine,
            undo=Undo(
                sql=s.rollback.sql,
                not_needed=s.rollback.not_needed,
                irreversible=s.rollback.irreversible.reason if s.rollback.irreversible else None,
            )
            if s.rollback
            else Undo(),
        )
        for s in migration.steps
    )
    return Content(steps=steps, verify=change.spec.verify)


def forecast_of(minutes: float) -> Forecast:
    """A forecast with nothing but its likely duration in mind."""
    likely = round(minutes * 60_000)
    return Forecast(low_milliseconds=0, likely_milliseconds=likely, high_milliseconds=3 * likely, basis="told by the test")


@dataclass
class Simulation:
    """One change and the cluster around it, as far as the core can see."""

    change: SchemaChange
    database: PostgresDatabase | None
    now: datetime = START
    policy: SchemaPolicySpec | None = field(default_factory=SchemaPolicySpec)
    jobs: dict[str, JobView] = field(default_factory=dict)
    approvals: list[SchemaChangeApproval] = field(default_factory=list)
    siblings: tuple[Sibling, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What the rules find when it is planned."""
    minutes: dict[str, float] = field(default_factory=dict)
    """Step to how long it is likely to take on the target, by the plan's forecast."""
    stored: PlanDocument | None = None
    fingerprint: str = "sha256:" + "f" * 64
    created: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    removed: bool = False

    @classmethod
    def of(cls, change: dict[str, Any] = CHANGE, database: dict[str, Any] | None = DATABASE) -> "Simulation":
        """From manifests."""
        return cls(SchemaChange.model_validate(change), PostgresDatabase.model_validate(database) if database else None)

    def world(self) -> World:
        """What the operator would have gathered."""
        plans = [job for job in self.jobs.values() if job.task == Task.PLAN and job.state == "Succeeded"]
        recorded = {run.job for run in self.change.status.runs if run.outcome != "Running"}
        fresh = self.document() if any(job.name not in recorded for job in plans) else None
        return World(
            now=self.now,
            change=self.change,
            database=self.database,
            policy=self.policy,
            content=content_of(self.change),
            approvals=tuple(self.approvals),
            approval_policy_since=POLICY_SINCE,
            siblings=self.siblings,
            jobs=tuple(self.jobs.values()),
            fresh_plan=fresh,
            stored_plan=self.stored,
        )

    def document(self) -> PlanDocument:
        """What a rehearsal would have said."""
        content = content_of(self.change)
        destroyed = destructive_steps(content)
        steps = tuple(
            PlannedStep(
                name=s.name, kind=kind_of(s), destroys=s.name in destroyed, irreversible=s.undo.irreversible or "",  # type: ignore[arg-type]
                forecast=forecast_of(self.minutes.get(s.name, 0)),
            )
            for s in content.steps
        )  # fmt: skip
        return PlanDocument(
            content_digest=content.digest(),
            server_version="18.1",
            fingerprint=self.fingerprint,
            relations=("public.t",),
            steps=steps,
            findings=self.findings,
            forecast=forecast_of(sum(self.minutes.values())),
        )

    def one_pass(self) -> Decision:
        """Gather, record, decide, write status, act."""
        world = record(self.world())
        decision = decide(world)
        status = make_status(world, decision)
        self.change = self.change.model_copy(update={"status": status})
        self._act(world, decision)
        self.decisions.append(decision)
        return decision

    def settle(self, limit: int = 30) -> Decision:
        """Passes until one changes nothing; fails when that never happens."""
        for _ in range(limit):
            before = (self.change, dict(self.jobs))
            decision = self.one_pass()
            if (self.change, self.jobs) == before:
                return decision
        raise AssertionError(f"does not settle: {[(d.phase, d.reason, d.effects) for d in self.decisions[-6:]]}")

    def _act(self, world: World, decision: Decision) -> None:
        for effect in decision.effects:
            match effect:
                case CreateJob():
                    self._create(world, effect)
                case DeleteJob():
                    self.jobs.pop(effect.name)
                case AddFinalizer():
                    self._finalizers((IN_FLIGHT_FINALIZER,))
                case RemoveFinalizer():
                    self._finalizers(())
                case StorePlan():
                    self.stored = world.fresh_plan

    def _create(self, world: World, wanted: CreateJob) -> None:
        name = job_name(identity(world), wanted.task, wanted.step, world.cycle, wanted.attempt)
        assert name not in self.jobs, f"Job {name} made twice"
        self.created.append(name)
        self.jobs[name] = JobView(
            name=name, task=wanted.task, step=wanted.step, cycle=world.cycle, attempt=wanted.attempt, state="Running"
        )

    def _finalizers(self, finalizers: tuple[str, ...]) -> None:
        metadata = self.change.metadata.model_copy(update={"finalizers": finalizers})
        self.change = self.change.model_copy(update={"metadata": metadata})
        if metadata.deletion_timestamp and not finalizers:
            self.removed = True

    def running(self) -> JobView:
        """The one Job that runs."""
        live = [job for job in self.jobs.values() if not job.finished]
        assert len(live) == 1, f"not one Job runs but {[job.name for job in live]}"
        return live[0]

    def live(self) -> list[str]:
        """Names of Jobs that run."""
        return [job.name for job in self.jobs.values() if not job.finished]

    def finish(self, outcome: str = "Done", reason: str = "StepDone", **report: Any) -> JobView:
        """End the Job that runs with a report."""
        job = self.running()
        if job.task == Task.PLAN and outcome == "Done" and "plan" not in report and "ledger" not in report:
            report["plan"] = PlanFacts(server_version="18.1", fingerprint=self.fingerprint, relations=("public.t",))
        answer = RunReport.model_validate(
            {"outcome": outcome, "reason": reason, "message": f"{job.task} {outcome}.", **report}
        )
        return self._end(job, state="Succeeded" if outcome == "Done" else "Failed", report=answer)

    def lose(self) -> JobView:
        """End the Job that runs without a report."""
        return self._end(self.running(), state="Failed")

    def _end(self, job: JobView, **changes: Any) -> JobView:
        ended = job.model_copy(update={"ended": self.now.strftime("%Y-%m-%dT%H:%M:%SZ"), **changes})
        self.jobs[job.name] = ended
        return ended

    def approve(self, by: str = "olga@example.com", **changes: Any) -> None:
        """An approval of the current plan, as the admission policy would have let it through."""
        plan = self.change.status.plan
        assert plan is not None
        created = self.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        spec = {
            "change": {"name": "change", "uid": self.change.metadata.uid},
            "database": {"name": "orders", "namespace": "shop"},
            "planDigest": plan.digest,
            "approvedBy": by,
            **changes,
        }
        metadata = Metadata(name=f"approval-{len(self.approvals)}", namespace="shop", creation_timestamp=created)
        self.approvals.append(SchemaChangeApproval.model_validate({"metadata": metadata, "spec": spec}))

    def edit(self, **changes: Any) -> None:
        """Replace members of the spec, as `kubectl apply` would; refused while frozen, as the CRD's rule would."""
        spec = self.change.spec.model_dump(mode="json", by_alias=True, exclude_none=True)
        frozen = self.change.status.frozen and set(changes) & {"migration", "rollback", "database"}
        assert not frozen, "the content is frozen"
        change = SchemaChange.model_validate({"metadata": self.change.metadata, "spec": {**spec, **changes}})
        metadata = self.change.metadata.model_copy(update={"generation": self.change.metadata.generation + 1})
        self.change = self.change.model_copy(update={"spec": change.spec, "metadata": metadata})

    def delete(self) -> None:
        """As `kubectl delete` would."""
        metadata = self.change.metadata.model_copy(update={"deletion_timestamp": "2026-11-23T12:00:00Z"})
        self.change = self.change.model_copy(update={"metadata": metadata})

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def with_database(self, **changes: Any) -> None:
        """Replace members of the database's spec."""
        assert self.database is not None
        self.database = PostgresDatabase.model_validate(merged(DATABASE, **changes))

    def to_approval(self) -> None:
        """Planned, not approved yet."""
        assert self.settle().phase == "Planning"
        self.finish(reason="PlanReady")
        assert self.settle().phase == "AwaitingApproval"

    def to_first_step(self) -> None:
        """Approved, the first Job on the target runs."""
        self.to_approval()
        self.approve()
        self.settle()


__all__ = ["CHANGE", "DATABASE", "START", "Simulation", "merged", "replace"]
