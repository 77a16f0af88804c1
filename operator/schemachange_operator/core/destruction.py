"""Which steps destroy data or change rows, told from their text alone, and before which a backup is taken."""

from collections.abc import Collection

from schemachange_operator.core.content import Content, ContentStep
from schemachange_operator.core.errors import InvalidSql
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.sql.statement import read_statements, step_kind


def destroys(step: ContentStep) -> bool:
    """Whether a step holds a statement that destroys data; raises InvalidSql for SQL that cannot be read."""
    return bool(step.sql) and any(statement.destructive for statement in read_statements(step.sql or ""))


def destructive_steps(content: Content) -> tuple[str, ...]:
    """Names of the steps that destroy data."""
    return tuple(step.name for step in content.steps if destroys(step))


_CHANGES_ROWS = frozenset({"UPDATE", "DELETE", "MERGE", "INSERT"})


def changes_rows(step: ContentStep) -> bool:
    """Whether a step fills, changes or deletes rows; code that only runs with the step is taken to do so."""
    if step.backfill:
        return True
    if step.quarantine:
        return False
    statements = read_statements(step.sql or "")
    return any(
        one.kind in {*_CHANGES_ROWS, "DO", "CALL"} or (one.kind == "SELECT" and one.lock == "RowExclusive")
        for one in statements
    )


def steps_asked_for(content: Content, required_for: Collection[str]) -> tuple[str, ...]:
    """Steps before which a backup is due, as far as their text tells: what is rewritten, only the plan knows."""
    names = {step.name for step in content.steps if destroys(step)}
    if "DataChanges" in required_for:
        names |= {step.name for step in content.steps if changes_rows(step)}
    if "Always" in required_for:
        names.add(content.steps[0].name)
    return tuple(step.name for step in content.steps if step.name in names)


def backup_steps(content: Content | None, document: PlanDocument, required_for: Collection[str]) -> tuple[str, ...]:
    """Steps before which a backup is taken. Those that destroy data are among them whatever is asked for."""
    names = {step.name for step in document.steps if step.destroys}
    if content is not None:
        names |= {*steps_asked_for(content, required_for)}
    if "Rewrites" in required_for:
        names |= {
            step.name
            for step in document.steps
            if any(one.rewritten or any(effect.rewrites for effect in one.effects) for one in step.statements)
        }
    return tuple(step.name for step in document.steps if step.name in names)


def kind_of(step: ContentStep) -> str:
    """Transaction, Single or Backfill; empty for SQL that cannot be read."""
    if step.backfill:
        return "Backfill"
    if step.quarantine:
        return "Transaction"
    try:
        return step_kind(read_statements(step.sql or ""))
    except InvalidSql:
        return ""
