"""A backfill in the throw-away database: one statement with the meaning of all its batches."""

from psycopg import sql

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.sql.name import read_name
from schemachange_operator.core.task import RunRequest
from schemachange_operator.postgres import preflight
from schemachange_operator.postgres.session import Session


def fill_step(session: Session, request: RunRequest, step: ContentStep) -> int:
    """Fill the rows of a backfill step as the migration role; the rows touched."""
    if step.backfill is None:
        raise ValueError(f"step {step.name} is no backfill")
    backfill = step.backfill
    # Expressions were checked to be one expression each; the line's end closes a comment at their own.
    values = sql.SQL(", ").join(
        sql.SQL("{} = ({}\n)").format(sql.Identifier(column), sql.SQL(expression))
        for column, expression in backfill.set.items()
    )
    statement = sql.SQL("UPDATE {} SET {} WHERE ({}\n)").format(
        sql.Identifier(*filter(None, read_name(backfill.table))), values, sql.SQL(backfill.where or "true")
    )
    with session.transaction():
        session.execute(preflight.become(request.migration_role))
        session.execute(preflight.search_path(request.search_path))
        return session.execute(statement).rowcount
