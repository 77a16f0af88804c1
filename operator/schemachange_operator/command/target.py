"""The database that a change is planned for: one read-only session."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from schemachange_operator.api.database import Connection
from schemachange_operator.api.reason import Reason
from schemachange_operator.command.address import read_url
from schemachange_operator.core.errors import Stop
from schemachange_operator.postgres import preflight
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Credentials, Session, connect
from schemachange_operator.runner.rehearsal.server import SUPERUSER

APPLICATION_NAME = "schg plan"


@dataclass(frozen=True)
class Target:
    """A database that answers."""

    connection: Connection
    credentials: Credentials
    session: Session
    role: str
    """Whom the migration will run as."""
    inherited: bool
    """Whether the login has that role's rights without becoming it."""

    @property
    def major(self) -> int:
        """The server's major version."""
        return self.session.info.server_version // 10_000


@contextmanager
def open_target(url: str, role: str | None) -> Iterator[Target]:
    """Connect and look at server and role. Raises UsageError, TryLater or Stop."""
    connection, given = read_url(url)
    with closing(connect(connection, given, APPLICATION_NAME, read_only=True)) as session:
        # What libpq found in ~/.pgpass is what pg_dump needs.
        credentials = Credentials(session.info.user, session.info.password)
        preflight.check_server(session, "")
        chosen = role or session.info.user
        yield Target(connection, credentials, session, chosen, _inherited(session, chosen))


def _inherited(session: Session, role: str) -> bool:
    row = session.execute(query("migration_role"), {"role": role}).fetchone()
    if row is None:
        raise Stop(Reason.PERMISSION_MISSING, f"The role {role} does not exist on the server. Name another one with --role.")
    if role != session.info.user:
        preflight.check_role(session, role)
    return bool(row["inherited"])


def refuse_superuser(role: str) -> None:
    """Raise Stop where the migration would run as the throw-away server's superuser, who may do anything on this machine."""
    if role == SUPERUSER:
        raise Stop(
            Reason.PERMISSION_MISSING,
            f"A rehearsal does not run as {role}. Name the role that owns the application's objects with --role.",
        )
