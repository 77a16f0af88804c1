"""What a page is about: the plan, and whatever else is known where it is written."""

from collections.abc import Callable
from dataclasses import dataclass

from schemachange_operator.api.database import PostgresDatabase
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.core.finding import Finding, Severity
from schemachange_operator.core.page.escaping import code
from schemachange_operator.core.plan import PlanDocument

NO_ROLLBACK = "no rollback (--rollback FILE)"
"""Stands as the reason of a step of plain SQL that cannot be undone for want of a file."""


OBJECTS: frozenset[Severity] = frozenset({"Block", "Approve", "Warn"})
"""Severities of a finding that speaks against a change."""


def in_step(finding: Finding) -> str:
    """Where a finding is, in the change."""
    if not finding.step:
        return "the change as a whole"
    statement = f", statement {finding.statement}" if finding.statement else ""
    return f"step {code(finding.step)}{statement}" + (f", line {finding.line}" if finding.line else "")


@dataclass(frozen=True)
class Subject:
    """A change with its plan."""

    name: str
    """For the heading: namespace/name, or a file's name."""
    plan: PlanDocument
    findings: tuple[Finding, ...] = ()
    change: SchemaChange | None = None
    """The manifest; plain SQL has none."""
    database: PostgresDatabase | None = None
    """Only the cluster knows it."""
    policy: SchemaPolicySpec | None = None
    approvals: int = 0
    """How many people have to approve; 0 where that is not known."""
    failure: str = ""
    """Why the plan is not what was asked for."""
    refused: bool = False
    """Whether the failure is that the rehearsal could not apply the change, or undo it."""
    asked_backups: tuple[str, ...] = ()
    """Steps before which the policy asks for a backup, beside those that destroy data."""
    after: tuple[str, ...] = ()
    """Changes that were taken to be applied before."""
    where: Callable[[Finding], str] = in_step
    """How a finding's place is written."""

    @property
    def backed_up(self) -> tuple[str, ...]:
        """Steps before which a backup is taken; plain SQL has nobody who would."""
        if self.change is None:
            return ()
        first = self.change.spec.backup.always
        return tuple(
            step.name
            for at, step in enumerate(self.plan.steps)
            if step.destroys or step.name in self.asked_backups or (first and at == 0)
        )

    @property
    def hazards(self) -> tuple[Finding, ...]:
        """What the rules found and nobody has waived, without matters of style and what is only told."""
        return tuple(one for one in self.findings if not one.waived and not one.style and one.severity in OBJECTS)
