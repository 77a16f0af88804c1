"""The content of a change, resolved: every step with its SQL in hand. What is frozen, hashed and run."""

from typing import Literal

from schemachange_operator.api.base import Model
from schemachange_operator.api.migration import Assertion, Backfill, Quarantine
from schemachange_operator.core.digest import canonical, text_digest

StepKind = Literal["Transaction", "Single", "Backfill"]


class Undo(Model):
    """How a step is undone; at most one of sql, not_needed, irreversible is set."""

    sql: str | None = None
    not_needed: str | None = None
    irreversible: str | None = None


class ContentStep(Model):
    """One step: SQL (in one transaction, or one statement that cannot be in one), a backfill, or a quarantine.

    A quarantine has no SQL before the catalog is known; then it has, and its undo too.
    """

    name: str
    sql: str | None = None
    backfill: Backfill | None = None
    quarantine: Quarantine | None = None
    undo: Undo


class Reverts(Model):
    """The change that a content undoes."""

    namespace: str
    name: str
    content_digest: str
    """Of what was applied."""
    steps: tuple[ContentStep, ...]
    """Its steps that are undone, as they were: undoing the revert is applying them again."""

    def title(self) -> str:
        """For people."""
        return f"{self.namespace}/{self.name}"


class Content(Model):
    """All that the runner needs to know of what a change does."""

    steps: tuple[ContentStep, ...]
    verify: tuple[Assertion, ...] = ()
    reverts: Reverts | None = None
    """None where the change has a migration of its own."""

    def step(self, name: str) -> ContentStep:
        """The step of that name; KeyError when there is none."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    def text(self) -> str:
        """The canonical JSON: what stands in the frozen ConfigMap, byte for byte."""
        return canonical(self.model_dump(mode="json", by_alias=True, exclude_none=True))

    def digest(self) -> str:
        """`sha256:…` of `text()`."""
        return text_digest(self.text())
