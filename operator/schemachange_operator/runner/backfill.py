"""`backfill`: fill rows on the target in batches, resumable at every batch, proved complete at the end."""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from psycopg import errors

from schemachange_operator.api.migration import Backfill
from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import Progress
from schemachange_operator.core.errors import ProcedureError, Stop, TryLater
from schemachange_operator.core.task import RunReport
from schemachange_operator.postgres import ledger, ledger_backfill, preflight
from schemachange_operator.postgres.backfill import Position, next_pass, run_batch, start
from schemachange_operator.postgres.backfill_table import BackfillTable, find_table
from schemachange_operator.postgres.ledger import Change
from schemachange_operator.postgres.ledger_steps import step_done, step_intent
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary, reason_of
from schemachange_operator.runner import answers, role
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.ladder import tries
from schemachange_operator.runner.opening import applied_steps, begun_steps, open_or_adopt
from schemachange_operator.runner.pace import Pace
from schemachange_operator.runner.stopping import cancelled_on_stop
from schemachange_operator.runner.surroundings import look_around
from schemachange_operator.runner.target import Target, working_on

BATCH_TIMEOUT = 60_000
"""Milliseconds that one statement of a batch may take: rows stay locked for that long."""


def backfill(environment: Environment) -> RunReport:
    """Fill the rows of the request's step, going on where an earlier try stopped."""
    name = environment.request.step
    wanted = environment.content.step(name).backfill
    if wanted is None:
        raise Stop(Reason.INTERNAL_ERROR, f"Step {name} is not a backfill. Nothing was run.")
    with working_on(environment) as target:
        session = target.session()
        try:
            change = ledger.current(session, environment.request)
            rows = begun_steps(environment, session, change) if change is None or change.state != "Completed" else {}
            if change is not None and (change.state == "Completed" or (name in rows and rows[name].state == "Done")):
                return answers.done(
                    Reason.STEP_DONE,
                    f"Step {name} had been done before.",
                    step=name,
                    already=True,
                    steps_done=change.steps_done,
                )
            look_around(environment, session, f"Backfill {name}", name, planned=True)
            opened = _begin(target, session, change, wanted, begun=name in rows)
            position, progress = Filling(target, session, opened, wanted).run()
        except ProcedureError as error:
            return answers.refused(error, step=name, steps_done=applied_steps(environment, session))
        report = answers.done(
            Reason.STEP_DONE,
            f"Step {name} is done: {position.rows_done} rows of {wanted.table} filled in {position.batches} batches; none is left.",
            step=name,
            steps_done=applied_steps(environment, session),
        )
        return report.model_copy(update={"progress": progress})


def _begin(target: Target, session: Session, change: Change | None, wanted: Backfill, *, begun: bool) -> Change:
    request = target.environment.request
    if begun and change is not None:
        return change
    with session.transaction():
        _enter(session, target.environment)
        position, total = start(session, find_table(session, wanted))
    with session.transaction():
        opened = open_or_adopt(target.environment, session, change)
        step_intent(session, opened.id, request.step, request.attempt, {})
        ledger_backfill.begin(session, opened.id, request.step, position, total)
    return opened


def _enter(
    session: Session, environment: Environment, lock_milliseconds: int = 2000, statement_milliseconds: int = 0
) -> role.Entered:
    return role.enter(session, environment.request, lock_milliseconds, statement_milliseconds)


@dataclass(frozen=True)
class Filling:
    """One run of a backfill."""

    target: Target
    session: Session
    change: Change
    wanted: Backfill

    def run(self) -> tuple[Position, Progress]:
        """Fill to the end and write the step's done row. Raises TryLater(Stopped) after the batch that was under way."""
        environment, step = self.target.environment, self.target.environment.request.step
        read = ledger_backfill.read(self.session, self.change.id, step)
        if read is None:
            raise Stop(Reason.STATE_UNPROVEN, f"The ledger lost the checkpoint of step {step}. Nothing was run.")
        position, total = read
        with self.session.transaction():
            _enter(self.session, environment)
            table = find_table(self.session, self.wanted)
        pace = Pace(environment.clock(), position.rows_passed, total)
        while True:
            further = self._batch(table, position) or self._next_pass(table, position)
            if further is None:
                self._done(position)
                return position, pace.end(environment.clock(), position.rows_passed, position.rows_done)
            filled, position = further.rows_done > position.rows_done, further
            self._tell(pace, position)
            self._pause(position, filled=filled)

    def _tell(self, pace: Pace, position: Position) -> None:
        now = self.target.environment.clock()
        if pace.due(now):
            self.target.lock.confirm()
            self.target.environment.output.progress(pace.progress(now, position.rows_passed, position.rows_done))

    def _pause(self, position: Position, *, filled: bool) -> None:
        environment = self.target.environment
        rules = environment.request.policy.backfill
        milliseconds = self.wanted.pause if self.wanted.pause is not None else rules.pause
        if environment.pause(milliseconds / 1000 if filled else 0):
            raise TryLater(
                Reason.STOPPED,
                f"Asked to stop. {position.rows_done} rows are filled and kept; the next run goes on from there.",
            )

    def _batch(self, table: BackfillTable, position: Position) -> Position | None:
        environment = self.target.environment
        size = self.wanted.batch_size or environment.request.policy.backfill.batch_size
        return self._in_transaction(position, lambda: run_batch(self.session, table, position, size))

    def _next_pass(self, table: BackfillTable, position: Position) -> Position | None:
        return self._in_transaction(position, lambda: next_pass(self.session, table, position), statement_milliseconds=0)

    def _in_transaction(
        self, position: Position, move: Callable[[], Position | None], statement_milliseconds: int = BATCH_TIMEOUT
    ) -> Position | None:
        """Move the position as the migration role and write the checkpoint, in one transaction, trying again for locks."""
        environment = self.target.environment
        seen = ""
        for timeout in tries(environment, environment.request.policy.locks):
            try:
                with self.session.transaction():
                    return self._moved(position, move, timeout, statement_milliseconds)
            except (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure) as error:
                seen = primary(error)
                environment.output.event("lock_not_available", timeout=timeout, message=seen)
            except psycopg.Error as error:
                raise self._failure(error, position) from None
        raise TryLater(
            Reason.WAITING_FOR_LOCK,
            f"A batch of {self.wanted.table} could not have its locks: {seen}. {position.rows_done} rows are filled and kept;"
            " it goes on later.",
        )

    def _moved(
        self, position: Position, move: Callable[[], Position | None], timeout: int, statement_milliseconds: int
    ) -> Position | None:
        environment, step = self.target.environment, self.target.environment.request.step
        ledger_backfill.lock(self.session, self.change.id, step, position)
        entered = _enter(self.session, environment, timeout, statement_milliseconds)
        if statement_milliseconds:
            moved = move()
        else:
            with cancelled_on_stop(environment, self.session):
                moved = move()
        role.leave(self.session, environment.request, entered, f"Step {step}", Reason.BACKFILL_FAILED)
        if moved is not None:
            ledger_backfill.checkpoint(self.session, self.change.id, step, moved)
        return moved

    def _failure(self, error: psycopg.Error, position: Position) -> ProcedureError:
        kept = f"The batch is undone; {position.rows_done} rows filled before are kept."
        if preflight.lost(self.session, error):
            return TryLater(Reason.DATABASE_UNREACHABLE, f"The connection was lost. {kept} It goes on later.")
        if isinstance(reason_of(error), TryLater):
            return reason_of(error)
        slow = " Make batchSize smaller." if isinstance(error, errors.QueryCanceled) else ""
        return Stop(Reason.BACKFILL_FAILED, f"A batch of {self.wanted.table} failed: {primary(error)}. {kept}{slow}")

    def _done(self, position: Position) -> None:
        request = self.target.environment.request
        self.target.lock.confirm()
        with self.session.transaction():
            ledger.adopt(self.session, self.change, request.change.uid)
            ledger_backfill.lock(self.session, self.change.id, request.step, position)
            ledger_backfill.checkpoint(self.session, self.change.id, request.step, position, done=True)
            step_done(self.session, self.change.id, request.step, request.attempt, ())
