"""SchemaPolicy: the data design standards that changes of a database are held to."""

from typing import Annotated, Literal

from pydantic import Field

from schemachange_operator.api.base import Metadata, Model
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
    required_for: Annotated[tuple[Literal["Destructive", "Rewrites", "DataChanges", "Always"], ...], Field(max_length=4)] = (
        "Destructive",
    )
    """Before which steps a backup is taken. Destructive: those that destroy data, listed or not. Rewrites: those that write a
    table anew. DataChanges: those that change rows, backfills too. Always: at least one, before the first step."""


class CompatibilityRules(Model):
    """What the word in a change's spec.compatibility promises."""

    contract_needs_expand: bool = True
    """Whether a Contract change names in spec.dependsOn the Expand change that it ends, which has to be Completed."""


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
    backfill: BackfillRules = BackfillRules()
    """How rows are filled."""
    backup: BackupRules = BackupRules()
    """When and how backups are taken."""


class SchemaPolicy(Model):
    """The data design standards: approvals, rehearsal, budgets for locks, backfill, backup."""

    metadata: Metadata
    spec: SchemaPolicySpec = SchemaPolicySpec()
