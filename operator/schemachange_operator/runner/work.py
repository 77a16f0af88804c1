"""A piece of work that is one transaction, as a value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.sql.statement import Statement
from schemachange_operator.postgres.ledger_steps import StatementRun
from schemachange_operator.postgres.session import Session


@dataclass(frozen=True)
class Work:
    """What is to be done in one transaction."""

    title: str
    """For messages: 'Step add' or 'Rollback of step add'."""
    statements: Sequence[Statement]
    prepare: Callable[[Session], None]
    """Runs first, as the login: locks the ledger's rows. Raises what forbids the work."""
    record: Callable[[Session, Sequence[StatementRun]], None]
    """Runs last, as the login: writes the ledger's row."""
    recorded: Callable[[Session], bool]
    """Whether the ledger has that row; asked when the answer to COMMIT was lost."""
    failed: Reason
