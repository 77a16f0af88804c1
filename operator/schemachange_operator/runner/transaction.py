"""Statements in one transaction together with their ledger row: applied and recorded, or neither."""

import time

import psycopg
from psycopg import errors

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop, TryLater
from schemachange_operator.core.sql.redaction import redact
from schemachange_operator.core.sql.statement import Statement
from schemachange_operator.postgres import preflight
from schemachange_operator.postgres.ledger_steps import StatementRun
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary, reason_of
from schemachange_operator.runner import role
from schemachange_operator.runner.commit import commit
from schemachange_operator.runner.guard import GaveWay, Guard
from schemachange_operator.runner.ladder import tries
from schemachange_operator.runner.lookout import Lookout
from schemachange_operator.runner.output import cut
from schemachange_operator.runner.stopping import cancelled_on_stop, refuse_when_stopped
from schemachange_operator.runner.target import Target
from schemachange_operator.runner.waits import Waits
from schemachange_operator.runner.work import Work

TEXT_SHOWN = 2_000
"""Characters of a statement in a line of the log."""
UNDONE = "The step's transaction is undone; nothing of it is on the target."


def run_in_transaction(target: Target, work: Work) -> None:
    """Do the work once, trying again while locks cannot be had.

    Raises TryLater(WaitingForLock), naming who is in the way; TryLater(Stopped); Stop(StallBudgetExceeded) when the
    application had to wait for too long each time; Stop(work.failed) when a statement fails.
    """
    environment = target.environment
    rules = environment.request.policy.locks
    session = target.session()
    with Guard(target, session, work.title) as guard:
        lookout = Lookout(environment, guard)
        for number, timeout in enumerate(tries(environment, rules, lookout.rest), 1):
            refuse_when_stopped(environment, UNDONE)
            try:
                _attempt(target, session, work, guard, Waits(timeout, guard, ask_weakly=lookout.only_weak))
            except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
                session.execute("ROLLBACK")
                environment.output.event("lock_not_available", attempt=number, timeout=timeout, message=primary(error))
            except GaveWay as stall:
                session.execute("ROLLBACK")
                guard.count(stall)
                lookout.slowly()
            else:
                guard.all_clear()
                return
        in_the_way = guard.in_the_way()
    raise TryLater(
        Reason.WAITING_FOR_LOCK,
        f"{work.title}: the lock could not be had in {rules.patience_seconds} s. In the way: {in_the_way}."
        " Nothing of it is on the target; tried again later.",
    )


def _attempt(target: Target, session: Session, work: Work, guard: Guard, waits: Waits) -> None:
    environment = target.environment
    session.execute("BEGIN")
    try:
        with guard.on_duty():
            work.prepare(session)
            entered = role.enter(session, environment.request, waits.strong, 0)
            waits.ask_weakly(session)
            runs = tuple(_statement(target, session, work, statement, waits) for statement in work.statements)
            role.leave(session, environment.request, entered, work.title, work.failed)
            work.record(session, runs)
            target.lock.confirm()
    except (errors.LockNotAvailable, errors.DeadlockDetected, GaveWay):
        raise
    except BaseException:
        if not session.closed:
            session.execute("ROLLBACK")
        raise
    # Noted before COMMIT: if its answer is lost, pg_xact_status() of this number decides.
    environment.output.event("commit", transaction=entered.transaction)
    commit(target, session, entered.transaction, work)


def _statement(target: Target, session: Session, work: Work, statement: Statement, waits: Waits) -> StatementRun:
    environment = target.environment
    refuse_when_stopped(environment, UNDONE)
    text = redact(statement.text)
    known = {"work": work.title, "number": statement.number, "kind": statement.kind}
    environment.output.event("statement", **known, text=cut(text, TEXT_SHOWN))
    begin = time.monotonic()
    try:
        waits.before(session, statement)
        with cancelled_on_stop(environment, session):
            send(session, statement)
    except (errors.LockNotAvailable, errors.DeadlockDetected):
        raise
    except psycopg.Error as error:
        if preflight.lost(session, error):
            raise TryLater(Reason.DATABASE_UNREACHABLE, f"{work.title}: the connection was lost. {UNDONE}") from None
        if isinstance(reason_of(error), TryLater):
            raise
        where = f"{work.title}: statement {statement.number} (line {statement.line}, {statement.kind})"
        raise Stop(work.failed, f"{where} failed: {primary(error)}. {UNDONE}") from None
    duration = (time.monotonic() - begin) * 1000
    environment.output.event("statement_done", **known, milliseconds=round(duration, 1))
    return StatementRun(statement.number, statement.kind, text, duration)


def send(session: Session, statement: Statement) -> None:
    """Send one statement.

    `binary` makes psycopg use the extended protocol, in which the server refuses a text with more than one statement: what
    the grammar here and the grammar there read differently cannot slip through.
    """
    session.cursor(binary=True).execute(statement.text.encode())
