"""Foreign errors translated once: SQLSTATE to a reason and a consequence, as a table."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import ProcedureError, Stop, TryLater

LATER: dict[type[psycopg.Error], Reason] = {
    errors.LockNotAvailable: Reason.WAITING_FOR_LOCK,
    errors.DeadlockDetected: Reason.WAITING_FOR_LOCK,
    errors.AdminShutdown: Reason.DATABASE_UNREACHABLE,
    errors.CrashShutdown: Reason.DATABASE_UNREACHABLE,
    errors.CannotConnectNow: Reason.DATABASE_UNREACHABLE,
    errors.TooManyConnections: Reason.DATABASE_UNREACHABLE,
    errors.ReadOnlySqlTransaction: Reason.SERVER_UNSUPPORTED,
    errors.SerializationFailure: Reason.WAITING_FOR_LOCK,
}
"""The most specific class first; what is not here is final."""

FINAL: dict[type[psycopg.Error], Reason] = {
    errors.InsufficientPrivilege: Reason.PERMISSION_MISSING,
}

TAKEN_OVER = "SC001"
"""What the ledger's triggers raise when an older runner writes."""

AUTHENTICATION_WORDS = (
    "password authentication failed",
    "no password supplied",
    "authentication failed",
    "no pg_hba.conf entry",
)
"""libpq gives no SQLSTATE for a failed connection, only the server's text."""


REFUSED_WORDS: dict[str, Callable[[], ProcedureError]] = {
    "session is read-only": lambda: TryLater(
        Reason.SERVER_UNSUPPORTED,
        "The server that answers is a standby, or its transactions are read-only by default; a change is applied on the primary."
        " Nothing was run. It goes on by itself once the address in spec.connection of the PostgresDatabase leads to the primary.",
    ),
    "server is in hot standby mode": lambda: TryLater(
        Reason.SERVER_UNSUPPORTED,
        "Of the servers that answer, all are standbys; a change is planned and applied on the primary. Nothing was run. It goes on"
        " by itself once one of the addresses in spec.connection of the PostgresDatabase leads to the primary.",
    ),
    "unsupported startup parameter": lambda: Stop(
        Reason.SERVER_UNSUPPORTED,
        "The connection goes through a pooler, which does not let a session's settings through. Nothing was run."
        " Name the server itself in spec.connection of the PostgresDatabase.",
    ),
}
"""What libpq says of a server that must not be worked on, and what follows."""


def reason_of(error: psycopg.Error) -> ProcedureError:
    """The error as one of ours, with the server's primary message and without its DETAIL, which can hold rows."""
    if error.sqlstate == TAKEN_OVER:
        return TryLater(
            Reason.DATABASE_BUSY,
            "Another runner has taken this database over meanwhile. This one stops; what it had not committed is undone.",
        )
    for kind, reason in LATER.items():
        if isinstance(error, kind):
            return TryLater(reason, primary(error))
    for kind, reason in FINAL.items():
        if isinstance(error, kind):
            return Stop(reason, primary(error))
    if isinstance(error, psycopg.OperationalError) and not error.sqlstate:
        text = str(error)
        for words, refused in REFUSED_WORDS.items():
            if words in text:
                return refused()
        failed = any(words in text for words in AUTHENTICATION_WORDS)
        return TryLater(Reason.AUTHENTICATION_FAILED if failed else Reason.DATABASE_UNREACHABLE, text.strip())
    return Stop(Reason.STATEMENT_FAILED, primary(error))


def primary(error: psycopg.Error) -> str:
    """SQLSTATE and primary message in one line; a DETAIL with data in it is left out, and so is what a message quotes of it."""
    message = error.diag.message_primary or str(error).splitlines()[0]
    if (error.sqlstate or "").startswith(QUOTES_DATA):
        message = QUOTED.sub("…", message)
    return f"{message} (SQLSTATE {error.sqlstate})" if error.sqlstate else message


QUOTES_DATA = ("22", "P0")
"""Classes whose primary message can quote a value: data exceptions, and what a function raises."""
QUOTED = re.compile(r"""\"[^"]*\"|'[^']*'""")


@contextmanager
def translated() -> Iterator[None]:
    """Turn psycopg's errors inside the block into TryLater or Stop."""
    try:
        yield
    except psycopg.Error as error:
        raise reason_of(error) from None
