"""A statement that cannot be in a transaction: intent, run, probe, done. After a crash the probe decides."""

import time

import psycopg
from psycopg import errors, sql

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.errors import ProcedureError, Stop, TryLater
from schemachange_operator.core.lock_class import LockClass, lock_class
from schemachange_operator.core.sql.redaction import redact
from schemachange_operator.core.sql.statement import Statement, read_statements
from schemachange_operator.postgres import ledger, preflight
from schemachange_operator.postgres.ledger import Change
from schemachange_operator.postgres.ledger_steps import (
    StatementRun,
    StepRow,
    step_done,
    step_forget,
    step_intent,
    step_undoing,
    steps,
)
from schemachange_operator.postgres.probe_choice import probe_of
from schemachange_operator.postgres.probes import Before, Probe
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary, reason_of
from schemachange_operator.runner.guard import GaveWay, Guard
from schemachange_operator.runner.ladder import tries
from schemachange_operator.runner.lookout import Lookout
from schemachange_operator.runner.opening import open_or_adopt
from schemachange_operator.runner.output import cut
from schemachange_operator.runner.stopping import cancelled_on_stop
from schemachange_operator.runner.target import Target
from schemachange_operator.runner.transaction import TEXT_SHOWN, send
from schemachange_operator.runner.waits import limit


class Single:
    """One statement with its probe, on a session of its own that is the migration role."""

    def __init__(self, target: Target, title: str, statement: Statement, failed: Reason) -> None:
        self._target = target
        self._environment = target.environment
        self._title = title
        self._statement = statement
        self._failed = failed
        self._probe: Probe = probe_of(statement.text)
        self._session = _role_session(target)

    def look(self) -> Before:
        """How things stand, for the intent's row."""
        return self._probe.look(self._session)

    def finished(self, before: Before) -> bool:
        """Take debris away and tell whether the statement has had its effect.

        Raises Stop(StateUnproven) when nobody can tell.
        """
        self.clean(before)
        judgement = self._probe.judge(self._session, before, ran=False)
        if judgement == "Unknown":
            raise Stop(
                Reason.STATE_UNPROVEN,
                f"{self._title}: {self._statement.kind} was cut off, and no query tells whether it had its effect."
                " Find out by hand and write it into the ledger, as docs/how-to/data-at-risk.md says, then set spec.retry.",
            )
        return judgement == "Done"

    def clean(self, before: Before) -> None:
        """Take away, or finish, what an unfinished try has left."""
        for statement in self._probe.debris(self._session, before):
            self._environment.output.event("debris", statement=statement.as_string(self._session))
            # The rest of a DETACH takes strong locks; cut off it is only as unfinished as before.
            unlimited = statement.as_string(self._session).startswith("DROP INDEX CONCURRENTLY")
            timeout = self._environment.request.policy.locks.timeout_milliseconds
            self._session.execute(limit(0 if unlimited else timeout))
            try:
                with cancelled_on_stop(self._environment, self._session):
                    self._session.execute(statement)
            except errors.LockNotAvailable:
                raise TryLater(
                    Reason.WAITING_FOR_LOCK,
                    f"{self._title}: what is left of a DETACH that was cut off could not have its lock. The partition is pending;"
                    " it is finished later.",
                ) from None

    def run(self, before: Before) -> StatementRun:
        """Run it to its end.

        Raises Stop(failed) when the server refuses it, with its debris taken away; TryLater when it was cut off or did not
        get its lock.
        """
        unlimited = lock_class(self._statement) is LockClass.UNLIMITED
        rules = self._environment.request.policy.locks
        with Guard(self._target, self._session, self._title) as guard:
            lookout = Lookout(self._environment, guard)
            for timeout in tries(self._environment, rules, lookout.rest):
                self._session.execute(limit(0 if unlimited else timeout))
                done: StatementRun | None = None
                try:
                    with guard.on_duty(calm=unlimited):
                        done = self._once(before)
                    guard.all_clear()
                except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
                    self._environment.output.event("lock_not_available", timeout=timeout, message=primary(error))
                except errors.QueryCanceled as error:
                    raise self._refused(error, before) from None
                except GaveWay as stall:
                    if done is None:
                        self.clean(before)
                        guard.count(stall)
                        lookout.slowly()
                if done is not None:
                    return done
                if self.finished(before):
                    return StatementRun(self._statement.number, self._statement.kind, redact(self._statement.text), 0)
            in_the_way = guard.in_the_way()
        raise TryLater(
            Reason.WAITING_FOR_LOCK,
            f"{self._title}: the lock could not be had in {rules.patience_seconds} s. In the way: {in_the_way}."
            " Tried again later.",
        )

    def _once(self, before: Before) -> StatementRun:
        statement, text = self._statement, redact(self._statement.text)
        known = {"work": self._title, "number": statement.number, "kind": statement.kind}
        self._environment.output.event("statement", **known, text=cut(text, TEXT_SHOWN))
        begin = time.monotonic()
        try:
            with cancelled_on_stop(self._environment, self._session):
                send(self._session, statement)
        except (errors.LockNotAvailable, errors.DeadlockDetected, errors.QueryCanceled):
            raise
        except psycopg.Error as error:
            raise self._refused(error, before) from None
        duration = (time.monotonic() - begin) * 1000
        if self._probe.judge(self._session, before, ran=True) != "Done":
            raise Stop(
                self._failed,
                f"{self._title}: {statement.kind} ended without an error, but an invalid index of that name was there before"
                " and is there still. Drop it by hand (DROP INDEX CONCURRENTLY), then set spec.retry.",
            )
        self._environment.output.event("statement_done", **known, milliseconds=round(duration, 1))
        return StatementRun(statement.number, statement.kind, text, duration)

    def _refused(self, error: psycopg.Error, before: Before) -> ProcedureError:
        if preflight.lost(self._session, error):
            return TryLater(
                Reason.DATABASE_UNREACHABLE,
                f"{self._title}: the connection was lost. The ledger has the intent; the next try looks what became of it.",
            )
        consequence = reason_of(error)
        if isinstance(consequence, TryLater):
            return consequence
        self.clean(before)
        return Stop(
            self._failed,
            f"{self._title}: {self._statement.kind} failed: {primary(error)}. What it left unfinished is taken away.",
        )


def _role_session(target: Target) -> Session:
    request = target.environment.request
    session = target.session({"statement_timeout": "0", "lock_timeout": "0", "idle_in_transaction_session_timeout": "0"})
    session.execute(sql.SQL("SET search_path TO {}").format(sql.SQL(", ").join(map(sql.Identifier, request.search_path))))
    session.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(request.migration_role)))
    return session


def apply_single(
    target: Target, session: Session, change: Change | None, step: ContentStep, statement: Statement, row: StepRow | None
) -> None:
    """Run a step of one statement. `session` is the login's, for the ledger; `row` is the intent of an earlier try."""
    attempt = target.environment.request.attempt
    single = Single(target, f"Step {step.name}", statement, Reason.STATEMENT_FAILED)
    if row is None:
        detail = single.look()
        with session.transaction():
            change = open_or_adopt(target.environment, session, change)
            step_intent(session, change.id, step.name, attempt, detail)
        runs: tuple[StatementRun, ...] = ()
        finished = False
    else:
        detail = row.detail
        finished = single.finished(detail)
        runs = ()
    if change is None:
        raise RuntimeError("an intent without a change")
    if not finished:
        runs = (_run_or_forget(single, session, change, step.name, detail),)
    target.lock.confirm()
    with session.transaction():
        ledger.adopt(session, change, target.environment.request.change.uid)
        step_done(session, change.id, step.name, attempt, runs)


def _run_or_forget(single: Single, session: Session, change: Change, step: str, detail: Before) -> StatementRun:
    try:
        return single.run(detail)
    except Stop:
        # Refused and cleaned up: the step is as if it had never been begun, and with it the change if it was the first.
        if not single.finished(detail):
            with session.transaction():
                step_forget(session, change.id, step)
                if not steps(session, change.id):
                    ledger.close(session, change, "RolledBack", f"Step {step} failed; nothing was applied.")
        raise


def left_undone(target: Target, step: ContentStep, row: StepRow) -> bool:
    """Whether a step of one statement that was begun has had no effect; what it left unfinished is taken away."""
    statement = read_statements(step.sql or "")[0]
    return not Single(target, f"Step {step.name}", statement, Reason.ROLLBACK_FAILED).finished(row.detail)


def undo_single(
    target: Target, session: Session, change: Change, step: ContentStep, statement: Statement, row: StepRow
) -> tuple[StatementRun, ...]:
    """Run a rollback of one statement that cannot be in a transaction; the caller writes that the step is undone."""
    single = Single(target, f"Rollback of step {step.name}", statement, Reason.ROLLBACK_FAILED)
    if row.state == "Undoing":
        before: Before = row.detail["undo"]
        if single.finished(before):
            return ()
    else:
        before = single.look()
        step_undoing(session, change.id, step.name, {"undo": before})
    return (single.run(before),)
