"""What a step is about, as far as the checks before it need to know."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.core.lock_conflicts import waits_for
from schemachange_operator.core.plan import PlannedStep
from schemachange_operator.core.sql.statement import Statement


@dataclass(frozen=True)
class About:
    """A step that is about to run."""

    title: str
    """For messages: 'Step add'."""
    statements: Sequence[Statement]
    relations: tuple[str, ...]
    """Relations that the change touches, as schema.name."""
    role: str
    """Whom it runs as."""
    planned: PlannedStep | None = None
    """What the plan says of it; None where no plan speaks of it, as of a rollback."""
    policy: SchemaPolicySpec = SchemaPolicySpec()
    disk_mebibytes: int | None = None
    """How large the server's disk is, where somebody has said it."""

    def locks(self, relation: str) -> tuple[str, ...]:
        """Locks on a relation whose holders the step waits for, as the plan foretells."""
        statements = self.planned.statements if self.planned else ()
        return tuple(wanted for one in statements if (wanted := waits_for(one).get(relation, "")))
