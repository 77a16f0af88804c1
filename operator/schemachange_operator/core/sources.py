"""From a spec to the content: where its SQL is, and the steps with their SQL in hand."""

from collections.abc import Mapping

from schemachange_operator.api.migration import ConfigMapKey, Migration, Rollback, Step
from schemachange_operator.api.reason import Reason
from schemachange_operator.api.schema_change import SchemaChangeSpec
from schemachange_operator.core.content import Content, ContentStep, Undo
from schemachange_operator.core.world import Problem

ONLY_STEP = "migration"
"""The name of the step of a change that says no steps."""
CONTENT_LIMIT = 1_000_000
"""Bytes of the resolved content: it is frozen in one ConfigMap, which holds 1 MiB with everything else in it."""

Texts = Mapping[str, Mapping[str, str] | None]
"""ConfigMap name → its data; None for one that does not exist."""


def config_maps_named(spec: SchemaChangeSpec) -> frozenset[str]:
    """ConfigMaps of the change's namespace that hold SQL of it."""
    migration = spec.migration or Migration()
    sources = [migration.sql_from, spec.rollback and spec.rollback.sql_from]
    for step in migration.steps or ():
        sources += [step.sql_from, step.rollback and step.rollback.sql_from]
    return frozenset(source.name for source in sources if source)


def resolve(spec: SchemaChangeSpec, texts: Texts) -> tuple[Content | None, tuple[Problem, ...]]:
    """The content of a change with a migration of its own, or what is missing of it."""
    reader = _Reader(texts)
    if spec.migration is None:
        return None, (Problem(Reason.INPUT_MISSING, "spec.migration", "is missing; say what the change does, or revertOf"),)
    if spec.migration.steps is not None:
        steps = tuple(reader.step(step, f"spec.migration.steps[{step.name}]") for step in spec.migration.steps)
    else:
        steps = (reader.only_step(spec.migration, spec.rollback),)
    content = Content(steps=steps, verify=spec.verify)
    problems = tuple(reader.problems) or too_large(content)
    return (None if problems else content), problems


def too_large(content: Content) -> tuple[Problem, ...]:
    """The problem that a content does not fit into one ConfigMap, if it does not."""
    size = len(content.text().encode())
    return (_too_large(size),) if size > CONTENT_LIMIT else ()


def _too_large(size: int) -> Problem:
    return Problem(
        Reason.INVALID_SQL,
        "spec.migration",
        f"all SQL of the change together has {size:,} bytes, at most {CONTENT_LIMIT:,} fit; split it into several changes",
    )


class _Reader:
    """Looks sources up and collects what is missing."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self.problems: list[Problem] = []

    def only_step(self, migration: Migration, rollback: Rollback | None) -> ContentStep:
        if rollback is None:
            message = "is missing; say how the change is undone, or why it cannot be (irreversible.reason)"
            self.problems.append(Problem(Reason.INPUT_MISSING, "spec.rollback", message))
        return ContentStep(
            name=ONLY_STEP,
            sql=self._sql(migration.sql, migration.sql_from, "spec.migration.sqlFrom"),
            undo=self._undo(rollback, "spec.rollback") if rollback else Undo(),
        )

    def step(self, step: Step, field: str) -> ContentStep:
        if step.rollback is None and step.quarantine is None:
            message = "is missing; say how the step is undone, or why it cannot be (irreversible.reason)"
            self.problems.append(Problem(Reason.INPUT_MISSING, f"{field}.rollback", message))
        return ContentStep(
            name=step.name,
            sql=self._sql(step.sql, step.sql_from, f"{field}.sqlFrom"),
            backfill=step.backfill,
            quarantine=step.quarantine,
            undo=self._undo(step.rollback, f"{field}.rollback") if step.rollback else Undo(),
        )

    def _undo(self, rollback: Rollback, field: str) -> Undo:
        return Undo(
            sql=self._sql(rollback.sql, rollback.sql_from, f"{field}.sqlFrom"),
            not_needed=rollback.not_needed,
            irreversible=rollback.irreversible.reason if rollback.irreversible else None,
        )

    def _sql(self, inline: str | None, source: ConfigMapKey | None, field: str) -> str | None:
        if source is None:
            return inline
        data = self._texts.get(source.name)
        if data is None:
            self._missing(field, f"there is no ConfigMap {source.name} in the change's namespace; create it")
        elif source.key not in data:
            self._missing(field, f"ConfigMap {source.name} has no key {source.key}; add it, or mend the reference")
        else:
            return data[source.key]
        return None

    def _missing(self, field: str, message: str) -> None:
        self.problems.append(Problem(Reason.SOURCE_NOT_FOUND, field, message))
