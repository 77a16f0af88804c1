"""Who is in the way of a session, and ending them where the policy says so."""

from collections.abc import Sequence

from psycopg import errors

from schemachange_operator.core.blocker import PREPARED, Blocker
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session


def blocking_pids(session: Session, pid: int) -> tuple[int, ...]:
    """Sessions that keep `pid` waiting; a prepared transaction is 0."""
    row = session.execute(query("blocking_pids"), {"pid": pid}).fetchone()
    return tuple(dict.fromkeys(row["pids"])) if row else ()


def described(session: Session, pids: Sequence[int]) -> tuple[Blocker, ...]:
    """What is known of some sessions, the oldest transaction first."""
    if not pids:
        return ()
    return tuple(Blocker(**row) for row in session.execute(query("blockers"), {"pids": list(pids)}).fetchall())


def end(session: Session, blocker: Blocker, *, terminate: bool) -> bool:
    """Cancel a session's statement, or end the session, if it is still the one that was described.

    False when it is gone, or when the login may not (pg_signal_backend).
    """
    if blocker.pid == PREPARED:
        return False
    known = {
        "pid": blocker.pid,
        "user": blocker.user,
        "application_name": blocker.application_name,
        "terminate": terminate,
    }
    try:
        row = session.execute(query("blocker_end"), known).fetchone()
    except errors.InsufficientPrivilege:
        return False
    return bool(row and row["ended"])
