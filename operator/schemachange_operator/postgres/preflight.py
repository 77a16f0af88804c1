"""What has to be so at the moment of work: the right server, a direct session, the role, no timeout that bites."""

import psycopg
from psycopg import errors, sql

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary

OLDEST = 14
NEWEST = 18


def calm(session: Session) -> None:
    """Set what only some server versions know: no timeout on the session as a whole, and a server that notices when its
    client is gone.
    """
    session.execute(query("session_calm"))


def check_server(session: Session, planned_version: str) -> None:
    """Raise Stop when the server is not one that was planned for and can be worked on."""
    major = session.info.server_version // 10_000
    if not OLDEST <= major <= NEWEST:
        raise Stop(
            Reason.SERVER_UNSUPPORTED,
            f"The server is PostgreSQL {major}; {OLDEST} to {NEWEST} are supported. Nothing was run.",
        )
    if planned_version and planned_version.split(".", maxsplit=1)[0] != str(major):
        raise Stop(
            Reason.SCHEMA_DRIFTED,
            f"The change was planned for PostgreSQL {planned_version}, the server is {major} now. Nothing was run."
            " A new plan is made.",
        )
    _check_direct(session)


def _check_direct(session: Session) -> None:
    # A pooler makes up the process number that it gives to its client. In transaction mode it would spread one session's
    # locks and settings over several servers.
    row = session.execute("SELECT pg_backend_pid() AS pid").fetchone()
    if row is None or row["pid"] != session.info.backend_pid:
        raise Stop(
            Reason.SERVER_UNSUPPORTED,
            "The connection goes through a pooler. Nothing was run."
            " Name the server itself in spec.connection of the PostgresDatabase.",
        )


def check_role(session: Session, role: str) -> None:
    """Raise Stop(PermissionMissing) when the login cannot become the migration role, or is it."""
    if role == session.info.user:
        raise Stop(
            Reason.PERMISSION_MISSING,
            f"The login and the migration role are both {role}. Nothing was run. Use a login of its own that is a member of"
            f" {role}: a migration must not be able to write the ledger.",
        )
    try:
        with session.transaction(force_rollback=True):
            session.execute(become(role))
    except (errors.InsufficientPrivilege, errors.InvalidParameterValue) as error:
        raise Stop(
            Reason.PERMISSION_MISSING,
            f"The login cannot become the migration role {role}: {primary(error)}. Nothing was run."
            f" As an administrator: GRANT {role} TO {session.info.user}.",
        ) from None


def may_become(session: Session, role: str) -> bool:
    """Whether the login may become a role; one that only reads the target may not."""
    row = session.execute(query("may_become"), {"role": role}).fetchone()
    return bool(row and row["may_become"])


def become(role: str) -> sql.Composed:
    """SET LOCAL ROLE, as SQL."""
    return sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role))


def search_path(schemas: tuple[str, ...]) -> sql.Composed:
    """SET LOCAL search_path, as SQL."""
    return sql.SQL("SET LOCAL search_path TO {}").format(sql.SQL(", ").join(map(sql.Identifier, schemas)))


def timeouts(lock_milliseconds: int, statement_milliseconds: int) -> sql.Composed:
    """SET LOCAL of both timeouts, as one statement of SQL; 0 is none."""
    return sql.SQL("SELECT set_config('lock_timeout', {}, true), set_config('statement_timeout', {}, true)").format(
        sql.Literal(str(lock_milliseconds)), sql.Literal(str(statement_milliseconds))
    )


def lost(session: Session, error: psycopg.Error) -> bool:
    """Whether the error means that the connection is gone, so that nobody said what became of the transaction."""
    return session.closed or session.broken or isinstance(error, errors.AdminShutdown | errors.CrashShutdown)
