"""What is looked at directly before a step runs, one check a file: each says what is worth telling, or refuses."""

from collections.abc import Callable

from schemachange_operator.postgres.checks import (
    circumstances,
    disk,
    extensions,
    leftovers,
    ownership,
    replication,
    transactions,
    wraparound,
)
from schemachange_operator.postgres.checks.about import About
from schemachange_operator.postgres.session import Session

CHECKS: tuple[Callable[[Session, About], tuple[str, ...]], ...] = (
    extensions.check,
    wraparound.check,
    ownership.check,
    leftovers.check,
    transactions.check,
    replication.check,
    disk.check,
    circumstances.check,
)


def look(session: Session, about: About) -> tuple[str, ...]:
    """Sentences worth telling. Raises TryLater or Stop, by cause, when the step must not run now, or not at all."""
    return tuple(sentence for check in CHECKS for sentence in check(session, about))


__all__ = ["CHECKS", "About", "look"]
