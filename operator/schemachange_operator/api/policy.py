"""SchemaPolicy: the data design standards that changes of a database are held to."""

from typing import Annotated, Literal

from pydantic import Field

from schemachange_operator.api.base import Metadata, Model

Severity = Literal["Off", "Warn", "Approve", "Block"]
"""Warn: shown to the approver. Approve: needs a second approval. Block: stops the change unless it is waived."""


class ApprovalRules(Model):
    """How many approvals are the least."""

    count: Annotated[int, Field(ge=1, le=10)] = 1
    """For any change."""
    destructive_count: Annotated[int, Field(ge=1, le=10)] = 1
    """For a change that destroys data."""


class RehearsalRules(Model):
    """How changes are rehearsed."""

    rows: Annotated[int, Field(ge=0, le=1_000_000)] = 1000
    """Rows generated in each touched table."""
    max_age_hours: Annotated[int, Field(ge=1, le=8760)] = 168
    """How old a rehearsal may be and still stand as the test."""


class LockRules(Model):
    """How long the application may have to wait behind a change."""

    timeout_milliseconds: Annotated[int, Field(ge=10, le=60_000)] = 500
    """The longest lock_timeout; it is the worst stall that the application sees."""
    attempts: Annotated[int, Field(ge=1, le=100)] = 10
    """Tries in one Job before it gives up and the operator tries again later."""


class BackfillRules(Model):
    """How rows are filled."""

    batch_size: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Rows in one batch."""
    pause: Annotated[int, Field(ge=0, le=600_000)] = 20
    """Milliseconds between two batches."""


class BackupRules(Model):
    """When and how backups are taken."""

    prove_by: Literal["Restore", "Checksum"] = "Restore"
    """How a backup is proved before anything is destroyed."""


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
    """Rule to severity, where it is to be another than the rule's own: "Off" (in quotes), Warn, Approve (a second approval), Block."""
    approvals: ApprovalRules = ApprovalRules()
    """How many approvals are the least."""
    rehearsal: RehearsalRules = RehearsalRules()
    """How changes are rehearsed."""
    locks: LockRules = LockRules()
    """How long the application may have to wait."""
    backfill: BackfillRules = BackfillRules()
    """How rows are filled."""
    backup: BackupRules = BackupRules()
    """When and how backups are taken."""
    probes: ProbeRules = ProbeRules()
    """What the target's data may be asked."""


class SchemaPolicy(Model):
    """The data design standards: approvals, rehearsal, budgets for locks, backfill, backup."""

    metadata: Metadata
    spec: SchemaPolicySpec = SchemaPolicySpec()
