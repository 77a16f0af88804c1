"""A finding: what a rule has to say of one statement on this database."""

from typing import Literal

from schemachange_operator.api.base import Model

Severity = Literal["Off", "Warn", "Approve", "Block"]
"""Warn: shown to the approver. Approve: needs a second approval. Block: stops the change unless it is waived."""


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
