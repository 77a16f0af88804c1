"""Asks the server what else goes on: replicas, sessions, vacuums. Needs pg_monitor to see those of other roles."""

from collections.abc import Iterable
from typing import Any

from psycopg import errors

from schemachange_operator.core import circumstances
from schemachange_operator.core.plan import Circumstance
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

LONG_SECONDS = 30.0
"""A transaction that is open for longer is named."""


def read_circumstances(
    session: Session, relations: tuple[str, ...], names: Iterable[str] = tuple(circumstances.WORDS)
) -> tuple[Circumstance, ...]:
    """What people should know of this moment; `names` are keys of WORDS."""
    given = {"relations": list(relations), "seconds": LONG_SECONDS}
    return tuple(one for name in names for row in _rows(session, name, given) for one in circumstances.WORDS[name](row))


def _rows(session: Session, name: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    """None where the server does not let this login ask: what it would say is good to know, and no more."""
    try:
        with session.transaction(force_rollback=True):
            session.execute("SET TRANSACTION READ ONLY")
            return session.execute(query(f"circumstance_{name}"), given).fetchall()
    except (errors.InsufficientPrivilege, errors.QueryCanceled):
        return []
