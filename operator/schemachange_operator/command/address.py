"""A libpq URL, taken apart: where the server is, and who logs in. The password is never part of a message."""

import os
from collections.abc import Mapping

import psycopg
from psycopg import conninfo, pq
from pydantic import ValidationError

from schemachange_operator.api.database import Connection
from schemachange_operator.command.errors import UsageError
from schemachange_operator.postgres.session import Credentials

FILES = {"sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY", "passfile": "PGPASSFILE"}
"""Parameters that name files; libpq and the programs that we start read them from the environment."""
KNOWN = frozenset({"host", "port", "dbname", "user", "password", "sslmode", *FILES})
IGNORED = frozenset({"application_name", "connect_timeout"})
"""Parameters that we set ourselves."""

NO_SECRET = "command-line"


def read_url(url: str) -> tuple[Connection, Credentials]:
    """Server and login of a URL; what it leaves out comes from PGHOST, PGUSER, PGPASSWORD … as with psql.

    The password is empty where libpq is to look it up (~/.pgpass). Raises UsageError.
    """
    try:
        given = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # Its message may quote a piece of the password.
        raise UsageError("--database is no URL that libpq reads: postgresql://USER@HOST:PORT/DATABASE") from None
    foreign = sorted(given.keys() - KNOWN - IGNORED)
    if foreign:
        raise UsageError(f"--database has {', '.join(foreign)}, which is not supported; take it out")
    for name in FILES.keys() & given.keys():
        os.environ[FILES[name]] = str(given[name])
    return _checked({**_defaults(), **{name: str(value) for name, value in given.items()}})


def _defaults() -> dict[str, str]:
    return {
        option.keyword.decode(): option.val.decode()
        for option in pq.Conninfo.get_defaults()
        if option.val is not None and option.keyword.decode() in KNOWN
    }


def _checked(values: Mapping[str, str]) -> tuple[Connection, Credentials]:
    user = values.get("user", "")
    if "," in values.get("host", ""):
        raise UsageError("--database names several hosts; name one")
    try:
        connection = Connection(
            host=values.get("host") or "localhost",
            port=int(values.get("port") or 5432),
            database=values.get("dbname") or user,
            ssl_mode=values.get("sslmode") or "prefer",
            secret_name=NO_SECRET,
        )
    except (ValidationError, ValueError) as error:
        wrong = [str(one["loc"][-1]) for one in error.errors()] if isinstance(error, ValidationError) else ["port"]
        raise UsageError(f"--database cannot be used: {', '.join(wrong)} is wrong") from None
    return connection, Credentials(user, values.get("password", ""))
