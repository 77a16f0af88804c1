"""The change's assertions, asked of the throw-away database: they have to be answerable, with one boolean."""

from contextlib import closing

import psycopg

from schemachange_operator.api.migration import Assertion
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop
from schemachange_operator.core.sql.statement import read_statements
from schemachange_operator.postgres import preflight
from schemachange_operator.postgres.sqlstate import primary
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.rehearsal.server import LOGIN, connect
from schemachange_operator.runner.rehearsal.steps import UNTOUCHED


def ask_assertions(environment: Environment) -> tuple[str, ...]:
    """A note for each assertion that the rehearsal's rows do not meet. Raises Stop(RehearsalFailed) for what is no assertion."""
    return tuple(
        f"assertion {assertion.name} does not hold on the rehearsal's rows"
        for assertion in environment.content.verify
        if not _ask(environment, assertion)
    )


def _ask(environment: Environment, assertion: Assertion) -> bool:
    request = environment.request
    (statement,) = read_statements(assertion.sql)
    try:
        with closing(connect(environment, LOGIN)) as session, session.transaction(force_rollback=True):
            session.execute("SET TRANSACTION READ ONLY")
            session.execute(preflight.become(request.migration_role))
            session.execute(preflight.search_path(request.search_path))
            rows = session.execute(statement.text.encode()).fetchmany(2)
    except psycopg.Error as error:
        raise _stop(assertion, f"failed: {primary(error)}") from None
    values = [value for row in rows for value in row.values()]
    if len(rows) != 1 or len(values) != 1 or not isinstance(values[0], bool):
        raise _stop(assertion, "does not answer one row with one boolean")
    return bool(values[0])


def _stop(assertion: Assertion, what: str) -> Stop:
    return Stop(
        Reason.REHEARSAL_FAILED,
        f"Assertion {assertion.name} {what}, in the throw-away database after all steps. {UNTOUCHED}"
        f" Correct spec.verify[{assertion.name}].sql.",
    )
