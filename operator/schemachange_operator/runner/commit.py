"""COMMIT, and what to believe when its answer is lost."""

from contextlib import closing

import psycopg
from psycopg import errors

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import ProcedureError, Stop, TryLater
from schemachange_operator.postgres import preflight
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary
from schemachange_operator.runner.target import Target
from schemachange_operator.runner.work import Work

LOOKS = 20
PAUSE = 1.0
"""Seconds between two looks at a transaction whose end is not known."""


def commit(target: Target, session: Session, transaction: str, work: Work) -> None:
    """Commit, and if the connection is lost over it, find out what became of the transaction.

    Raises TryLater when it was undone or cannot be told yet: the ledger tells the next try. Raises Stop(work.failed) when
    the server refuses to commit.
    """
    try:
        session.execute("COMMIT")
    except psycopg.Error as error:
        if preflight.lost(session, error):
            _find_out(target, transaction, work)
            return
        raise Stop(work.failed, f"{work.title}: COMMIT failed: {primary(error)}. Its transaction is undone.") from None


def _find_out(target: Target, transaction: str, work: Work) -> None:
    environment = target.environment
    environment.output.event("commit_unanswered", transaction=transaction)
    for _ in range(LOOKS):
        if environment.pause(PAUSE):
            break
        try:
            with closing(target.fresh_session()) as session:
                status = _status(session, transaction)
                if status == "in progress":
                    continue
                # The ledger has the last word: after a failover the number may be another transaction's.
                done = work.recorded(session)
        except (ProcedureError, psycopg.Error):
            continue
        environment.output.event("commit_found", transaction=transaction, status=status, recorded=done)
        if done:
            return
        raise TryLater(
            Reason.DATABASE_UNREACHABLE,
            f"{work.title}: the connection was lost before COMMIT. Nothing of it is on the target; tried again later.",
        )
    raise TryLater(
        Reason.DATABASE_UNREACHABLE,
        f"{work.title}: the connection was lost during COMMIT of transaction {transaction}, and the server does not say yet"
        " what became of it. The ledger tells the next try.",
    )


def _status(session: Session, transaction: str) -> str | None:
    try:
        row = session.execute(query("transaction_status"), {"transaction": transaction}).fetchone()
    except errors.InvalidParameterValue:
        # "in the future": the server that answers has never seen it.
        return None
    return row["status"] if row else None
