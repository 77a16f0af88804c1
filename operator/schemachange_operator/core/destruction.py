"""Which steps destroy data, told from their text alone."""

from schemachange_operator.core.content import Content, ContentStep
from schemachange_operator.core.errors import InvalidSql
from schemachange_operator.core.sql.statement import read_statements, step_kind


def destroys(step: ContentStep) -> bool:
    """Whether a step holds a statement that destroys data; raises InvalidSql for SQL that cannot be read."""
    return bool(step.sql) and any(statement.destructive for statement in read_statements(step.sql or ""))


def destructive_steps(content: Content) -> tuple[str, ...]:
    """Names of the steps that destroy data."""
    return tuple(step.name for step in content.steps if destroys(step))


def kind_of(step: ContentStep) -> str:
    """Transaction, Single or Backfill; empty for SQL that cannot be read."""
    if step.backfill:
        return "Backfill"
    try:
        return step_kind(read_statements(step.sql or ""))
    except InvalidSql:
        return ""
