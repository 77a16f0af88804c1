"""All that the grammar finds wrong in a change's content, before any server is asked."""

from collections.abc import Iterator
from typing import NamedTuple

from schemachange_operator.api.migration import Assertion, Backfill, Quarantine
from schemachange_operator.core.content import Content, ContentStep
from schemachange_operator.core.errors import InvalidSql
from schemachange_operator.core.sql import grammar
from schemachange_operator.core.sql.expression import read_expression
from schemachange_operator.core.sql.kinds.rows import destroyed_rows
from schemachange_operator.core.sql.name import read_name
from schemachange_operator.core.sql.redaction import shown
from schemachange_operator.core.sql.statement import read_statements, step_kind


class ContentProblem(NamedTuple):
    """One thing that is wrong."""

    field: str
    """The field's path, for example spec.migration.steps[add].sql."""
    message: str
    """What is wrong and what to do."""
    line: int = 0
    """In the field's text, from 1; 0 where the problem has no place."""
    column: int = 0


def check_content(content: Content, *, one_step: bool = False) -> tuple[ContentProblem, ...]:
    """Everything wrong with a content, in its order; empty when all of it can be run.

    `one_step`: the change was written as spec.migration.sql and spec.rollback, and fields are named so.
    """
    problems = [problem for step in content.steps for problem in _step(step, one_step)]
    for assertion in content.verify:
        problems.extend(_assertion(assertion))
    return tuple(problems)


def _step(step: ContentStep, one_step: bool) -> Iterator[ContentProblem]:
    here = "spec.migration" if one_step else f"spec.migration.steps[{step.name}]"
    undo = "spec.rollback" if one_step else f"{here}.rollback"
    if step.sql is not None:
        yield from _sql(f"{here}.sql", step.sql)
    if step.backfill is not None:
        yield from _backfill(f"{here}.backfill", step.backfill)
    if step.quarantine is not None:
        yield from _quarantine(f"{here}.quarantine", step.quarantine)
    if step.undo.sql is not None:
        yield from _sql(f"{undo}.sql", step.undo.sql)


def _sql(field: str, sql: str) -> Iterator[ContentProblem]:
    try:
        step_kind(read_statements(sql))
    except InvalidSql as error:
        yield ContentProblem(field, error.message, error.line, error.column)


def _backfill(field: str, backfill: Backfill) -> Iterator[ContentProblem]:
    try:
        read_name(backfill.table)
    except ValueError:
        yield ContentProblem(f"{field}.table", "It is not a table's name. Give table or schema.table, quoted where needed.")
    for column, expression in backfill.set.items():
        yield from _expression(f"{field}.set[{column}]", expression)
    if backfill.where is not None:
        yield from _expression(f"{field}.where", backfill.where)


def _quarantine(field: str, quarantine: Quarantine) -> Iterator[ContentProblem]:
    try:
        read_name(quarantine.table)
    except ValueError:
        yield ContentProblem(f"{field}.table", "It is not a table's name. Give table or schema.table, quoted where needed.")
    try:
        column = read_name(quarantine.column or "a_column")
    except ValueError:
        column = None
    if column is None or column.schema is not None:
        yield ContentProblem(f"{field}.column", "It is not a column's name. Give one name, quoted where needed.")


def _expression(field: str, text: str) -> Iterator[ContentProblem]:
    try:
        read_expression(text)
    except grammar.GrammarError as error:
        near = f', near "{shown(error.token)}"' if error.token else ""
        where = f"line {error.line}, column {error.column}"
        message = f"It does not parse: {error.what} at {where}{near}. Correct it."
        yield ContentProblem(field, message, error.line, error.column)
    except ValueError:
        yield ContentProblem(field, "It is not one SQL expression. Give one expression, without a semicolon.")


def _assertion(assertion: Assertion) -> Iterator[ContentProblem]:
    field = f"spec.verify[{assertion.name}].sql"
    try:
        parsed = grammar.parse(assertion.sql)
        statements = read_statements(assertion.sql)
    except (InvalidSql, grammar.GrammarError) as error:
        message = error.message if isinstance(error, InvalidSql) else error.what
        yield ContentProblem(field, message, error.line, error.column)
        return
    if len(statements) != 1 or statements[0].kind != "SELECT":
        yield ContentProblem(field, "An assertion is exactly one SELECT. Give one query that returns one boolean.")
    elif statements[0].lock not in {"", "AccessShare"} or destroyed_rows(parsed[0].tree):
        yield ContentProblem(field, "An assertion only reads. Leave out FOR UPDATE and everything that writes.")
    elif len(parsed[0].tree.get("target_list", [])) > 1:
        yield ContentProblem(field, "An assertion returns one boolean. Select one value.")
