"""A fresh database with the roles that the product asks for."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from schemachange_operator.api.database import Connection
from schemachange_operator.postgres.session import Credentials, Session, connect
from testcluster.servers import Server

LOGIN, OWNER = "operator_login", "app_owner"
LOGIN_PASSWORD = "operator-secret"
_numbers = count(1)


@dataclass(frozen=True)
class Database:
    """One database, as the product is told of it, and a superuser's session in it."""

    server: Server
    connection: Connection
    credentials: Credentials
    superuser: Session

    @property
    def migration_role(self) -> str:
        """The owner of the application's objects."""
        return OWNER

    def session(self, application_name: str = "test", *, read_only: bool = False) -> Session:
        """The product's own kind of session."""
        return connect(self.connection, self.credentials, application_name, read_only=read_only)

    def as_owner(self, text: str) -> None:
        """Run SQL as the application's owner: what the application's own migrations made before."""
        with self.superuser.transaction():
            self.superuser.execute(f"SET LOCAL ROLE {OWNER}")
            self.superuser.execute(text)

    def query(self, text: str, parameters: Any = None) -> list[dict[str, Any]]:
        """Rows, as the superuser sees them."""
        return self.superuser.execute(text, parameters).fetchall()

    def value(self, text: str, parameters: Any = None) -> Any:
        """The one value that a query answers."""
        (row,) = self.query(text, parameters)
        (value,) = row.values()
        return value

    def another_superuser(self) -> Session:
        """A further session of the superuser, in autocommit."""
        return psycopg.connect(
            self.server.url(self.connection.database), autocommit=True, row_factory=dict_row, application_name="somebody"
        )


def create_roles(server: Server) -> None:
    """The login and the owner; the login can become the owner."""
    with psycopg.connect(server.url(), autocommit=True) as session:
        session.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(OWNER)))
        session.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE {}").format(
                sql.Identifier(LOGIN), sql.Literal(LOGIN_PASSWORD), sql.Identifier(OWNER)
            )
        )


def make_database(server: Server) -> Database:
    """A database that stays for as long as its server; the caller closes the superuser's session."""
    name = f"shop_{next(_numbers)}"
    with psycopg.connect(server.url(), autocommit=True) as session:
        session.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER)))
        session.execute(
            sql.SQL("GRANT CREATE, CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(LOGIN))
        )
    connection = Connection(
        host="127.0.0.1", port=server.port, database=name, ssl_mode="disable", secret_name="orders-credentials"
    )
    superuser = psycopg.connect(
        server.url(name), autocommit=True, row_factory=dict_row, application_name="superuser", options="-c lock_timeout=10s"
    )
    # A right on the whole server that an earlier test gave is not this one's.
    superuser.execute(
        sql.SQL("REVOKE pg_monitor, pg_read_all_data, pg_read_all_stats, pg_signal_backend FROM {}").format(
            sql.Identifier(LOGIN)
        )
    )
    superuser.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(OWNER)))
    return Database(server, connection, Credentials(LOGIN, LOGIN_PASSWORD), superuser)


@contextmanager
def fresh_database(server: Server) -> Iterator[Database]:
    """A database that exists for as long as the block lasts."""
    database = make_database(server)
    with closing(database.superuser):
        yield database
    with psycopg.connect(server.url(), autocommit=True) as session:
        name = sql.Identifier(database.connection.database)
        session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
