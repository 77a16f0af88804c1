"""What a Job is told and what it answers: the only language that operator and runner share.

The operator puts a RunRequest as JSON into the environment variable SCHEMACHANGE_REQUEST of every container that runs
our image, mounts the frozen content at /content/content.json and, from apply on, the frozen plan at /plan/plan.json.
A container answers with a RunReport as JSON (at most 4096 bytes) in /dev/termination-log, and writes JSON lines to
standard output: `{"time": ..., "event": ..., ...}`, progress as `{"progress": {...}}`, what people should be told as
`{"notice": {...}}`, and documents in parts as `{"document": name, "part": 0, "parts": 3, "text": ...}`.
"""

from typing import Literal

from schemachange_operator.api.base import Model
from schemachange_operator.api.database import Connection
from schemachange_operator.api.migration import Waiver
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.api.status import Notice, Progress

REQUEST_VARIABLE = "SCHEMACHANGE_REQUEST"
CONTENT_FILE = "/content/content.json"
PLAN_FILE = "/plan/plan.json"
SECRET_FOLDER = "/credentials"
WORK_FOLDER = "/work"
BACKUP_FOLDER = "/backup"
REHEARSAL_SOCKET = "/rehearsal"
TERMINATION_LOG = "/dev/termination-log"
PLAN_DOCUMENT = "plan"

Command = Literal[
    "analyse", "rehearse", "test-apply", "test-rollback", "backup", "prove", "apply", "backfill", "verify", "rollback"
]
"""One container's work. plan = analyse, rehearse; test = analyse, test-apply, (the user's tests), test-rollback;
backup = backup, prove; the others are one container."""

Outcome = Literal["Done", "Failed", "Retry"]


class ChangeIdentity(Model):
    """Which change, for the ledger and for application_name."""

    uid: str
    namespace: str
    name: str


class Approver(Model):
    """One approval, for the ledger's record."""

    approved_by: str
    at: str
    approval: str


class Record(Model):
    """What the ledger keeps of a change beside its content: the procedure's inputs and who approved."""

    why: str = ""
    author: str = ""
    designed_on: str = ""
    compatibility: str = ""
    links: dict[str, str] = {}
    environment: str = ""
    waivers: tuple[Waiver, ...] = ()
    approvals: tuple[Approver, ...] = ()


class RunRequest(Model):
    """Everything a container is told beside content and plan."""

    task: str
    """One of vocabulary.Task."""
    change: ChangeIdentity
    connection: Connection
    migration_role: str
    search_path: tuple[str, ...] = ("public",)
    policy: SchemaPolicySpec = SchemaPolicySpec()
    content_digest: str
    plan_digest: str = ""
    fingerprint: str = ""
    """Fingerprint of the touched relations in the plan."""
    step: str = ""
    """The step, for apply, backfill and backup."""
    attempt: int = 1
    record: Record = Record()
    steps_done: tuple[str, ...] = ()
    """Steps that are recorded as done; the ledger may know better."""
    abort_reason: str = ""
    """For rollback: why."""
    backup_path: str = ""
    """For backup: folder below BACKUP_FOLDER that is this backup's own."""
    backup_scope: str = "Affected"
    prove_by: str = "Restore"
    relations: tuple[str, ...] = ()
    """Relations that the plan says are touched, as schema.name."""
    disk_mebibytes: int | None = None
    """How large the server's disk is, where the database says it."""
    depends_on: tuple[str, ...] = ()
    """Changes of the same namespace and database that the operator takes for completed before this one."""


class PlanFacts(Model):
    """What a plan's report says in short; the document has the rest."""

    server_version: str
    fingerprint: str
    relations: tuple[str, ...]
    destroys: tuple[str, ...] = ()
    irreversible: tuple[str, ...] = ()
    strongest_lock: str = ""
    duration_milliseconds: int = 0
    evidence_digest: str = ""
    document_digest: str = ""
    """SHA-256 of the plan document's text in the log."""


class LedgerFacts(Model):
    """What the target's ledger says of a change that the plan's Job met there."""

    state: Literal["Open", "Completed"]
    plan_digest: str
    steps_done: tuple[str, ...] = ()
    approvals: tuple[Approver, ...] = ()
    completed_at: str = ""
    reverted_by: str = ""
    """The name of the change that has undone it since, in the same namespace."""


class BackupFacts(Model):
    """A backup that was taken and proved."""

    size_bytes: int
    sha256: str
    rows: int
    lsn: str = ""
    proved_by: str


class RunReport(Model):
    """A container's answer."""

    outcome: Outcome
    reason: str
    """One of reason.Reason."""
    message: str = ""
    """What happened, what the state is now, what to do; no literal of the data, no password; at most 1024 characters."""
    step: str = ""
    already_done: bool = False
    """The ledger said that it had been done before."""
    plan: PlanFacts | None = None
    ledger: LedgerFacts | None = None
    backup: BackupFacts | None = None
    progress: Progress | None = None
    steps_done: tuple[str, ...] | None = None
    """For rollback and failures: steps that are still applied on the target."""
    proven: bool | None = None
    """For rollback: whether the catalog is as it was before."""
    notices: tuple[Notice, ...] = ()
    """Those that were written to the log, as far as there is room: a log is read while the Job runs, and may be missed."""
    log_digest: str = ""
    """SHA-256 of all that this container wrote to standard output."""
