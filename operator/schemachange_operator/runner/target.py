"""The target database while a command works on it: the lock, the ledger, sessions that end with the command."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress

import psycopg

from schemachange_operator.postgres import ledger, ledger_history, ledger_runner, preflight
from schemachange_operator.postgres.advisory import DatabaseLock
from schemachange_operator.postgres.ledger_runner import Runner
from schemachange_operator.postgres.session import Credentials, Session, connect, read_credentials
from schemachange_operator.postgres.sqlstate import translated
from schemachange_operator.runner.environment import Environment


class Target:
    """A database that nobody else's runner works on at the same time."""

    def __init__(
        self, environment: Environment, credentials: Credentials, lock: DatabaseLock, runner: Runner, sessions: ExitStack
    ) -> None:
        self.environment = environment
        self.credentials = credentials
        self.lock = lock
        self.runner = runner
        self._sessions = sessions

    def session(self, settings: dict[str, str] | None = None) -> Session:
        """A further session as the login; it ends with the command."""
        return self._sessions.enter_context(closing(self.fresh_session(settings)))

    def fresh_session(self, settings: dict[str, str] | None = None) -> Session:
        """A further session that the caller closes."""
        known = {ledger_runner.SETTING: self.runner.token, **(settings or {})}
        return _session(self.environment, self.credentials, known)


@contextmanager
def working_on(environment: Environment) -> Iterator[Target]:
    """Connect, check the server, take the database's lock, end what an earlier try left running, set up the ledger.

    Raises TryLater or Stop, by cause; errors of PostgreSQL inside the block are translated.
    """
    request = environment.request
    credentials = read_credentials(request.connection, environment.folders.credentials)
    with translated(), ExitStack() as sessions:
        session = sessions.enter_context(closing(_session(environment, credentials)))
        # Between two steps no new plan can be made: there the ledger says whether this is still the same server.
        planned = environment.plan if not request.steps_done else None
        preflight.check_server(session, planned.server_version if planned else "")
        preflight.check_role(session, request.migration_role)
        lock = DatabaseLock(session)
        lock.acquire(environment.pause)
        for name in lock.end_orphans(environment.application_prefix, environment.pause):
            environment.output.event("orphan_ended", application_name=name)
        ledger.install(session, request.migration_role)
        before, runner = ledger_runner.take_over(session)
        if before.number and before.server != runner.server:
            environment.output.event("server_changed", before=before.server, now=runner.server)
        yield Target(environment, credentials, lock, runner, sessions)
        _tell_head(environment, session)


def _tell_head(environment: Environment, session: Session) -> None:
    """The log is kept elsewhere than the ledger: what it says of the chain's end cannot be written anew with the chain."""
    with suppress(psycopg.Error):
        environment.output.event("ledger_head", **ledger_history.head(session))


def _session(environment: Environment, credentials: Credentials, settings: dict[str, str] | None = None) -> Session:
    session = connect(environment.request.connection, credentials, environment.application_name, settings=settings)
    preflight.calm(session)
    return session
