"""Being the migration role inside a transaction, and leaving it in a way that the migration cannot use."""

from dataclasses import dataclass

import psycopg

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop, TryLater
from schemachange_operator.core.task import RunRequest
from schemachange_operator.postgres import preflight
from schemachange_operator.postgres.ledger_runner import SETTING
from schemachange_operator.postgres.ledger_seal import seal
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import PINNED, Session
from schemachange_operator.postgres.sqlstate import primary, reason_of


@dataclass(frozen=True)
class Entered:
    """A transaction in which the migration's SQL runs."""

    transaction: str
    """Its number."""
    seal: str
    """How the ledger stood when it began."""


def enter(session: Session, request: RunRequest, lock_milliseconds: int, statement_milliseconds: int) -> Entered:
    """Become the migration role until the transaction's end."""
    entered = Entered(_identity(session)[0], seal(session))
    session.execute(preflight.become(request.migration_role))
    session.execute(preflight.search_path(request.search_path))
    session.execute(preflight.timeouts(lock_milliseconds, statement_milliseconds))
    return entered


def leave(session: Session, request: RunRequest, entered: Entered, title: str, failed: Reason) -> None:
    """Back to the login, after making sure that role, transaction and ledger are still as we left them.

    Deferred constraints and triggers run before, as the migration role: at COMMIT they would run as the login, which may
    write the ledger. The search_path is put back first, so that no object of the migration's can stand in for one of ours.
    Raises Stop(failed) for a deferred constraint that does not hold, a role that was changed, a ledger that was written.
    """
    try:
        session.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except psycopg.Error as error:
        if isinstance(reason_of(error), TryLater):
            raise
        raise Stop(failed, f"{title}: a deferred constraint failed: {primary(error)}. Its transaction is undone.") from None
    now, role = _identity(session)
    if now != entered.transaction:
        raise Stop(
            Reason.STATE_UNPROVEN,
            f"{title}: its SQL ended the transaction that it ran in, so part of it may be applied. It was not recorded."
            " Find out by hand, and take out of it whatever ends transactions.",
        )
    if role != request.migration_role:
        raise Stop(
            failed,
            f"{title}: its SQL changed the role from {request.migration_role} to {role}. Its transaction is undone."
            " Take out of it whatever changes roles.",
        )
    session.execute("RESET ROLE")
    session.execute("SET LOCAL search_path TO pg_catalog, pg_temp")
    session.execute(f"RESET {SETTING}")
    if not _unbroken(session, entered):
        raise Stop(
            failed,
            f"{title}: its SQL wrote the ledger (schema schemachange), which only the operator may. Its transaction is undone."
            " Take out of it whatever touches that schema.",
        )
    session.execute(preflight.timeouts(int(PINNED["lock_timeout"]), int(PINNED["statement_timeout"])))


def _unbroken(session: Session, entered: Entered) -> bool:
    try:
        return seal(session) == entered.seal
    except psycopg.ProgrammingError:
        # The ledger, or a part of it, is not there any more.
        return False


def _identity(session: Session) -> tuple[str, str]:
    row = session.execute(query("transaction_identity")).fetchone()
    if row is None:
        raise RuntimeError("a session without a transaction")
    return row["transaction"], row["role"]
