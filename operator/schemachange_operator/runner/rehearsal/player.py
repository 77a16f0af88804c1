"""Steps and rollbacks in a throw-away database, run and not measured."""

from collections.abc import Sequence
from contextlib import closing

from psycopg import sql

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.sql.statement import Statement, read_statements, step_kind
from schemachange_operator.postgres.backfill import run_batches
from schemachange_operator.postgres.quarantine import refuse_used
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.rehearsal.server import LOGIN, connect
from schemachange_operator.runner.stopping import cancelled_on_stop
from schemachange_operator.runner.transaction import send

LONGEST = "60s"
"""For one statement."""


class Player:
    """One throw-away database. What it runs raises psycopg.Error or Stop."""

    def __init__(self, environment: Environment, database: str) -> None:
        self._environment = environment
        self._database = database

    def play(self, step: ContentStep) -> None:
        """Run a step."""
        if step.backfill:
            with closing(self._session()) as session, cancelled_on_stop(self._environment, session):
                run_batches(session, step.backfill, self._environment.request.policy.backfill.batch_size)
        else:
            with closing(self._session()) as session:
                refuse_used(session, step, self._environment.request.search_path)
            self._run(read_statements(step.sql or ""))

    def undo(self, step: ContentStep) -> None:
        """Roll a step back, where something has to be."""
        if step.undo.sql is not None:
            self._run(read_statements(step.undo.sql))

    def _run(self, statements: Sequence[Statement]) -> None:
        with closing(self._session()) as session, cancelled_on_stop(self._environment, session):
            if step_kind(statements) == "Single":
                send(session, statements[0])
                return
            with session.transaction():
                for statement in statements:
                    send(session, statement)

    def _session(self) -> Session:
        session = connect(self._environment, LOGIN, self._database, statement_timeout=LONGEST)
        request = self._environment.request
        schemas = sql.SQL(", ").join(map(sql.Identifier, request.search_path))
        session.execute(sql.SQL("SET search_path TO {}").format(schemas))
        session.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(request.migration_role)))
        return session
