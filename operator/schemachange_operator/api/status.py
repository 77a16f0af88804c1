"""What the operator says of a SchemaChange: state, evidence and history."""

from typing import Annotated

from pydantic import Field

from schemachange_operator.api.base import Condition, Model, Timestamp

Count = Annotated[int, Field(json_schema_extra={"format": "int64"})]


class Progress(Model):
    """How far a long piece of work is."""

    done: Count = 0
    """Rows done."""
    total: Count = 0
    """Rows in all, as estimated at the start."""
    rate: Count = 0
    """Rows a second, over the last minute."""
    seconds_left: Count = 0
    """Estimate of the seconds left."""
    failed: Count = 0
    """Rows that could not be filled and were set aside."""
    text: str = ""
    """The same as one phrase."""
    blocked_by: str = ""
    """Who is in the way of a lock that is waited for just now, in words; empty while nothing is waited for."""
    held_by: str = ""
    """What a backfill holds for just now, in words; empty while it goes on."""


class Notice(Model):
    """Something that a Job did or saw on its way, and that was no reason to stop."""

    at: Timestamp
    """When."""
    reason: str
    """One word for it."""
    message: str
    """What it is and what it means."""
    step: str = ""
    """The step that was about to run, or ran."""


class RunRecord(Model):
    """One piece of work by Jobs: how often it was tried and how it ended last."""

    task: str
    """What it was for."""
    step: str = ""
    """The step, where it is about one."""
    cycle: str
    """The cycle that it belongs to; an edit, a retry or a drift begins a new one."""
    attempt: int
    """How many Jobs have been made for it."""
    job: str
    """The last Job's name, in the database's namespace."""
    retry: str = ""
    """The value of spec.retry when it ran."""
    outcome: str
    """Running, Done, Failed or Retry."""
    reason: str = ""
    """One word for it."""
    message: str = ""
    """What happened."""
    started_at: Timestamp | None = None
    """When the last Job began."""
    ended_at: Timestamp | None = None
    """When the last Job ended."""
    not_before: Timestamp | None = None
    """When it is tried again, if it is."""
    steps_left: tuple[str, ...] | None = None
    """For a rollback that has not come to its end: the steps that are still applied, as its last Job found them."""


class StepStatus(Model):
    """Where one step is."""

    name: str
    """The step's name."""
    kind: str = ""
    """Transaction, Single (a statement that cannot be in a transaction) or Backfill."""
    state: str = "Pending"
    """Pending, Running, Done, Failed or RolledBack."""
    strongest_lock: str = ""
    """The strongest lock that the rehearsal saw it hold."""
    started_at: Timestamp | None = None
    """When its first Job began."""
    ended_at: Timestamp | None = None
    """When it was committed, or failed."""
    attempts: int = 0
    """Jobs made for it."""
    message: str = ""
    """How it stands."""
    progress: Progress | None = None
    """How far it is, where it takes long."""


class PlanStatus(Model):
    """The plan in short; the whole of it is in the ConfigMap."""

    digest: str
    """SHA-256 over content, rollback, effective policy and the touched relations; this is what is approved."""
    evidence_digest: str = ""
    """SHA-256 over what the rehearsal measured."""
    content_digest: str = ""
    """SHA-256 over the content that was planned."""
    config_map: str = ""
    """The ConfigMap with the whole plan, and the approval ready to be applied."""
    server_version: str = ""
    """The target's version."""
    fingerprint: str = ""
    """SHA-256 over the touched relations as they were."""
    relations: tuple[str, ...] = ()
    """Relations touched."""
    destroys: tuple[str, ...] = ()
    """Steps that destroy data."""
    backed_up: tuple[str, ...] = ()
    """Steps before which a backup is taken: those that destroy data, and those that the policy asks for."""
    irreversible: tuple[str, ...] = ()
    """Steps that cannot be undone."""
    findings: str = ""
    """What the rules found, counted by severity."""
    second_approval: bool = False
    """Whether a finding asks for a second approval."""
    strongest_lock: str = ""
    """The strongest lock held in the rehearsal."""
    duration_milliseconds: Count = 0
    """How long the steps took in the rehearsal."""
    likely_milliseconds: Count | None = None
    """How long the steps are likely to take on the target."""
    high_milliseconds: Count | None = None
    """How long they may take on the target."""
    planned_at: Timestamp | None = None
    """When it was made."""
    summary: str = ""
    """The plan in one sentence."""


class ApprovalRecord(Model):
    """One approval and whether it counts."""

    name: str
    """The SchemaChangeApproval."""
    approved_by: str
    """Who."""
    decision: str
    """Approved or Rejected."""
    valid: bool
    """Whether it counts for the current plan."""
    message: str = ""
    """Why not."""
    at: Timestamp | None = None
    """When."""


class BackupRecord(Model):
    """One backup taken."""

    step: str
    """The step it was taken before."""
    location: str
    """Where it is: claim and folder."""
    scope: str
    """Affected or Database."""
    size_bytes: Count
    """Its size."""
    sha256: str
    """SHA-256 of its manifest, which holds the hash of every file."""
    rows: Count
    """Rows in it."""
    lsn: str = ""
    """The write-ahead log position of its snapshot."""
    proved_by: str = ""
    """Restore or Checksum."""
    taken_at: Timestamp | None = None
    """When."""


class QuarantineStatus(Model):
    """One column or table in quarantine."""

    step: str
    """The step that put it there."""
    table: str
    """The table; its new name where the whole table is in quarantine."""
    column: str = ""
    """The column's new name; empty for a table."""
    since: Timestamp | None = None
    """When it was put there."""
    until: Timestamp | None = None
    """Nothing drops it before."""


class PhaseRecord(Model):
    """One phase that the change has been in."""

    phase: str
    """The phase."""
    step: str = ""
    """The step it was about."""
    outcome: str = ""
    """How it ended; empty while it lasts."""
    reason: str = ""
    """The last reason in it."""
    message: str = ""
    """The last message in it."""
    started_at: Timestamp | None = None
    """When it began."""
    ended_at: Timestamp | None = None
    """When it ended."""


class SchemaChangeStatus(Model):
    """Where the change is, why, and what to do; written by the operator alone."""

    observed_generation: int = -1
    """The generation of the spec that this status was judged from."""
    phase: str = ""
    """Where it is."""
    step: str = ""
    """The step it is at."""
    reason: str = ""
    """One word for why."""
    message: str = ""
    """What happened, what the state is now, what to do."""
    help: str = ""
    """The command that explains the reason: what the state is, how to go on. Empty where nothing stops."""
    environment: str = ""
    """The database's environment."""
    frozen: bool = False
    """Something of the content is, or may be, applied: the content cannot be edited."""
    cycle: str = ""
    """Stands for one go at the change; an edit, a retry or a drift begins a new one."""
    replans: int = 0
    """How often the target had drifted away from the plan."""
    content_digest: str = ""
    """SHA-256 over the content as it is now."""
    plan: PlanStatus | None = None
    """The current plan."""
    evidence_age_limit: Timestamp | None = None
    """Until when the rehearsal stands as the test."""
    approvals: tuple[ApprovalRecord, ...] = ()
    """Approvals seen for this change."""
    approved_by: str = ""
    """Who has approved the current plan, in one line."""
    backups: tuple[BackupRecord, ...] = ()
    """Backups taken."""
    last_backup: str = ""
    """Where the last backup is."""
    steps: tuple[StepStatus, ...] = ()
    """The steps."""
    quarantine: tuple[QuarantineStatus, ...] = ()
    """What this change has put in quarantine, and until when it is kept."""
    runs: tuple[RunRecord, ...] = ()
    """Work by Jobs: the evidence that the phase is derived from."""
    history: tuple[PhaseRecord, ...] = ()
    """Every phase so far; the last sixty are kept."""
    notices: tuple[Notice, ...] = ()
    """What Jobs did or saw on their way, sessions that were ended for one; the last thirty are kept."""
    conditions: Annotated[
        tuple[Condition, ...],
        Field(json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]}),
    ] = ()
    """Conditions as kstatus reads them, and our own."""
    completed_at: Timestamp | None = None
    """When it reached Completed or Aborted."""
    reverted_by: str = ""
    """The change that has undone this one since."""
