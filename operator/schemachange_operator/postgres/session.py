"""Connections to a server, with everything pinned that could surprise."""

from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg import Connection
from psycopg.rows import dict_row

from schemachange_operator.api import database
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop
from schemachange_operator.postgres.sqlstate import translated

Session = Connection[dict[str, Any]]
"""A connection whose rows are dictionaries. Always in autocommit: transactions are begun by name."""

CONNECT_TIMEOUT = 5
"""Seconds until a server that does not answer counts as away."""

PINNED = {
    "search_path": "pg_catalog, pg_temp",
    "default_transaction_isolation": "read committed",
    "client_encoding": "UTF8",
    "lock_timeout": "2000",
    "statement_timeout": "60000",
    "idle_in_transaction_session_timeout": "60000",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
}
"""Sent in the startup packet, so that no default of a role or a database can come first (CVE-2026-55769's shape)."""


class Credentials:
    """User and password from a mounted Secret; the password never leaves this object but for libpq."""

    def __init__(self, user: str, password: str) -> None:
        self.user = user
        self.password = password

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r})"


def read_credentials(connection: database.Connection, folder: Path) -> Credentials:
    """Read the Secret's keys from their files.

    Raises Stop(SecretMissing), naming the Secret and the key, when one is not there or empty.
    """
    values = []
    for key in (connection.username_key, connection.password_key):
        path = folder / key
        value = path.read_text().rstrip("\n") if path.is_file() else ""
        if not value:
            raise Stop(
                Reason.SECRET_MISSING,
                f"Secret {connection.secret_name} has no key {key}, or it does not exist. Nothing was touched."
                f" Create the Secret with the keys {connection.username_key} and {connection.password_key}.",
            )
        values.append(value)
    return Credentials(*values)


def connect(
    connection: database.Connection,
    credentials: Credentials,
    application_name: str,
    *,
    read_only: bool = False,
    settings: dict[str, str] | None = None,
) -> Session:
    """A session in autocommit on the read-write primary, settings pinned; when read_only on the primary, or on the one server
    that there is.

    `settings` override PINNED. Raises TryLater or Stop, by cause.
    """
    pinned = {**PINNED, **(settings or {})}
    if read_only:
        pinned["default_transaction_read_only"] = "on"
    with translated():
        return psycopg.connect(
            host=connection.hosts,
            port=connection.ports,
            dbname=connection.database,
            sslmode=connection.ssl_mode,
            user=credentials.user,
            password=credentials.password,
            application_name=application_name,
            connect_timeout=CONNECT_TIMEOUT,
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
            target_session_attrs=_wanted(connection) if read_only else "read-write",
            options=" ".join(f"-c {name}={_escaped(value)}" for name, value in pinned.items()),
            autocommit=True,
            prepare_threshold=None,
            row_factory=dict_row,
        )


def _wanted(connection: database.Connection) -> Literal["primary", "any"]:
    """Of several servers the primary; of a single one the caller says better than libpq why it will not do."""
    return "primary" if connection.standbys else "any"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")
