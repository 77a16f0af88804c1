"""A finding: what a rule has to say of one statement on this database."""

from collections import Counter
from collections.abc import Iterable

from schemachange_operator.api.base import Model
from schemachange_operator.api.policy import Severity

__all__ = ["Finding", "Severity", "counted"]

ORDER: tuple[Severity, ...] = ("Block", "Approve", "Warn", "Note")
"""The worst first."""


class Finding(Model):
    """One thing that a reviewer should know."""

    rule: str
    """The rule's id, for example create-index-blocks-writes."""
    severity: Severity
    step: str
    statement: int = 0
    """Counted from 1 in its step; 0 where it is about the step as a whole."""
    line: int = 0
    """The line in the step's SQL, counted from 1; 0 where there is none."""
    relation: str = ""
    """schema.name, where it is about one."""
    message: str
    """What it does to this database, in a sentence."""
    recipe: str = ""
    """The safe way, in a sentence."""
    style: bool = False
    """Whether it is a matter of design and not a hazard of running the change."""
    waived: str = ""
    """The reason given for a waiver; empty where there is none."""


def counted(findings: Iterable[Finding]) -> str:
    """How many there are of each severity, the worst first, with waived ones and matters of style apart."""
    numbers = Counter("waived" if one.waived else "style" if one.style else one.severity for one in findings)
    return ", ".join(f"{numbers[word]} {word}" for word in (*ORDER, "waived", "style") if numbers[word])
