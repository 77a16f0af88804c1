"""SchemaPolicy: the data design standards that changes of a database are held to."""

from typing import Annotated, Literal

from pydantic import Field

from schemachange_operator.api.backfill_rules import BackfillRules
from schemachange_operator.api.base import Line, Metadata, Model
from schemachange_operator.api.migration import KeepFor
from schemachange_operator.api.standards import Standards

Severity = Literal["Off", "Note", "Warn", "Approve", "Block"]
"""Note: told, and no hazard. Warn: a hazard, shown to the approver. Approve: needs a second approval. Block: stops the change
unless it is waived."""


class ApprovalRules(Model):
    """How many approvals are the least."""

    count: Annotated[int, Field(ge=1, le=10)] = 1
    """For any change."""
    destructive_count: Annotated[int, Field(ge=1, le=10)] = 1
    """For a change that destroys data."""


class RehearsalRules(Model):
    """How changes are rehearsed."""

    rows: Annotated[int, Field(ge=0, le=1_000_000)] = 1000
    """Rows generated in, or copied from, each touched table; a Clone has all of them."""
    source: Literal["Generated", "Sample", "Clone"] = "Generated"
    """Where the rehearsal's rows come from: made up, or read from the target into the throw-away Pod and gone with it.
    A Sample also holds the rows that its foreign keys refer to. The application's tests always get generated rows."""
    copy_mebibytes: Annotated[int, Field(ge=1, le=10_240)] = 256
    """The most that a Sample or a Clone may copy; what is larger is refused."""
    max_age_hours: Annotated[int, Field(ge=1, le=8760)] = 168
    """How old a rehearsal may be and still stand as the test."""


class BlockerRule(Model):
    """Sessions that may be ended when they are in the way of a change's lock. All members given must hold."""

    user: Line = ""
    """The role that the session logged in as."""
    application_name: Line = ""
    """What the session calls itself, exactly."""
    state: Literal["", "active", "idle in transaction", "idle in transaction (aborted)"] = ""
    """Its state in pg_stat_activity; empty is any."""
    older_than_seconds: Annotated[int, Field(ge=0, le=604_800)] = 0
    """Age of its transaction from which on it may be ended."""
    action: Literal["Cancel", "Terminate"] = "Cancel"
    """Cancel ends its statement. Terminate cancels first and ends the session when that has not helped."""

    model_config = {
        "json_schema_extra": {
            "x-kubernetes-validations": [
                {
                    "rule": "(has(self.user) && self.user != '') || (has(self.applicationName) && self.applicationName != '')",
                    "message": "name the user, the applicationName, or both: nobody is ended who is not named",
                }
            ]
        }
    }


class LockRules(Model):
    """How long the application may have to wait behind a change."""

    timeout_milliseconds: Annotated[int, Field(ge=10, le=60_000)] = 100
    """The longest that a strong lock is waited for in one try; the application queues behind for as long."""
    patience_seconds: Annotated[int, Field(ge=1, le=3600)] = 300
    """How long one Job watches and tries before it gives up and the operator starts another later."""
    stall_milliseconds: Annotated[int, Field(ge=50, le=3_600_000)] = 800
    """How long a session of the application may wait behind a step before the step gives way, even when it has its locks.
    Below the server's deadlock_timeout (1000), no session of the application is ever ended for a deadlock with a step."""
    end_blockers: Annotated[tuple[BlockerRule, ...], Field(max_length=20)] = ()
    """Sessions that may be ended when they are in the way; nobody by default. Never ended: replication, vacuum, the operator."""


class ReplicationRules(Model):
    """How far replicas may be behind before a step; no limit where none is given, since some are meant to be behind."""

    max_lag_seconds: Annotated[int, Field(ge=1, le=86_400)] | None = None
    """The most that a replica may be behind in time."""
    max_lag_mebibytes: Annotated[int, Field(ge=1, le=1_048_576)] | None = None
    """The most that a replica may be behind in write-ahead log."""

    @property
    def limited(self) -> bool:
        """Whether there is a limit at all."""
        return self.max_lag_seconds is not None or self.max_lag_mebibytes is not None

    def words(self) -> str:
        """The limits, for people."""
        seconds = f"{self.max_lag_seconds} s" if self.max_lag_seconds is not None else ""
        mebibytes = f"{self.max_lag_mebibytes} MiB" if self.max_lag_mebibytes is not None else ""
        return " and ".join(filter(None, (seconds, mebibytes))) or "any lag"


class BackupRules(Model):
    """When and how backups are taken."""

    prove_by: Literal["Restore", "Checksum"] = "Restore"
    """How a backup is proved before anything is destroyed."""
    required_for: Annotated[tuple[Literal["Destructive", "Rewrites", "DataChanges", "Always"], ...], Field(max_length=4)] = (
        "Destructive",
    )
    """Before which steps a backup is taken. Destructive: those that destroy data, listed or not. Rewrites: those that write a
    table anew. DataChanges: those that change rows, backfills too. Always: at least one, before the first step."""


class QuarantineRules(Model):
    """How long what was taken out of use is kept."""

    keep_for: KeepFor = "14d"
    """How long nothing may drop a column or table in quarantine, in days or hours (14d, 12h), where its step says nothing."""


class CompatibilityRules(Model):
    """What the word in a change's spec.compatibility promises."""

    contract_needs_expand: bool = True
    """Whether a Contract change names in spec.dependsOn the Expand change that it ends, which has to be Completed."""


class Budgets(Model):
    """How much a change may take by its forecast; what goes over is stopped, unless spec.rules says otherwise or it is waived."""

    lock_milliseconds: Annotated[int, Field(ge=1, le=3_600_000)] | None = None
    """How long a step may hold a lock that stalls reads or writes of a table in use (rule lock-budget); no limit where not given."""
    duration_minutes: Annotated[int, Field(ge=1, le=525_600)] | None = None
    """How long all steps may take together (rule duration-budget); no limit where not given."""


class ProbeRules(Model):
    """What the target's data may be asked before a change is approved: read-only, and only what is cheap."""

    max_cost: Annotated[int, Field(ge=0, le=1_000_000_000)] = 1_000_000
    """The highest cost, as EXPLAIN reckons it, of a question; a dearer one is not asked. 0: none is asked.
    Reading a table of some 40 million short rows costs about a million."""
    timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    """How long one question may take."""


class SchemaPolicySpec(Model):
    """The data design standards; every member has a default."""

    require_design_link: bool = False
    """Whether spec.links.design is a required input."""
    rules: Annotated[dict[str, Severity], Field(max_length=200)] = {}
    """Rule to severity, where it is to be another than the rule's own: "Off" (in quotes), Note (told, no hazard), Warn,
    Approve (a second approval), Block."""
    standards: Standards = Standards()
    """Data design standards: names, types, required columns, comments."""
    compatibility: CompatibilityRules = CompatibilityRules()
    """What Additive, Expand, Contract and Breaking promise."""
    approvals: ApprovalRules = ApprovalRules()
    """How many approvals are the least."""
    rehearsal: RehearsalRules = RehearsalRules()
    """How changes are rehearsed."""
    locks: LockRules = LockRules()
    """How long the application may have to wait."""
    replication: ReplicationRules = ReplicationRules()
    """How far replicas may be behind."""
    backfill: BackfillRules = BackfillRules()
    """How rows are filled."""
    backup: BackupRules = BackupRules()
    """When and how backups are taken."""
    quarantine: QuarantineRules = QuarantineRules()
    """How long what was taken out of use is kept."""
    budgets: Budgets = Budgets()
    """How much a change may take by its forecast."""
    probes: ProbeRules = ProbeRules()
    """What the target's data may be asked."""


class SchemaPolicy(Model):
    """The data design standards: approvals, rehearsal, budgets for locks, backfill, backup."""

    metadata: Metadata
    spec: SchemaPolicySpec = SchemaPolicySpec()
