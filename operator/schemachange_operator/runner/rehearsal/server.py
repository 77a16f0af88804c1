"""The throw-away server: waited for, checked, connected to."""

import time

import psycopg
from psycopg.rows import dict_row

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop, TryLater
from schemachange_operator.postgres.session import PINNED, Session
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.stopping import refuse_when_stopped

SUPERUSER = "postgres"
DATABASE = "rehearsal"
LOGIN = "rehearsal_login"
"""Runs the migration, as on the target: a login that can become the migration role and has no other right."""
APPLICATION = "rehearsal_app"
"""Whom the application's own tests log in as."""
WAIT = 300.0
"""Seconds until the throw-away server counts as not coming."""
PAUSE = 0.2


def wait_for_server(environment: Environment, major: int) -> None:
    """Wait until the throw-away server answers.

    Raises Stop(RehearsalImageMismatch) when it is of another major version, TryLater when it does not come or we are to stop.
    """
    deadline = time.monotonic() + WAIT
    while True:
        try:
            with connect(environment, SUPERUSER, "postgres") as session:
                return _check_major(session, major)
        except psycopg.OperationalError as error:
            refuse_when_stopped(environment, "The target was not touched.")
            if time.monotonic() > deadline:
                raise TryLater(
                    Reason.REHEARSAL_FAILED,
                    f"The throw-away server did not answer within {WAIT:.0f} seconds: {str(error).strip()}."
                    " The target was not touched. The log of the container rehearsal-server says why.",
                ) from None
            environment.pause(PAUSE)


def _check_major(session: Session, major: int) -> None:
    found = session.info.server_version // 10_000
    if found != major:
        raise Stop(
            Reason.REHEARSAL_IMAGE_MISMATCH,
            f"The rehearsal image holds PostgreSQL {found}, the target is PostgreSQL {major}. The target was not touched."
            f" Name an image with PostgreSQL {major} in spec.rehearsal.image of the PostgresDatabase.",
        )


def connect(environment: Environment, user: str, database: str = DATABASE, **settings: str) -> Session:
    """A session in autocommit on the throw-away server. Raises psycopg.OperationalError when it is not there."""
    pinned = {
        **PINNED,
        "statement_timeout": "0",
        "lock_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
        **settings,
    }
    return psycopg.connect(
        host=str(environment.folders.rehearsal),
        port=environment.folders.rehearsal_port,
        dbname=database,
        user=user,
        application_name=environment.application_name,
        options=" ".join(f"-c {name}={value.replace(' ', chr(92) + ' ')}" for name, value in pinned.items()),
        autocommit=True,
        prepare_threshold=None,
        row_factory=dict_row,
    )
