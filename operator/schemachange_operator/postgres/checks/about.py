"""What a step is about, as far as the checks before it need to know."""

from collections.abc import Sequence
from dataclasses import dataclass

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
