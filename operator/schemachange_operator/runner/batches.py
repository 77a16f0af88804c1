"""The transactions of a backfill: each moves its position, as the migration role, and writes the checkpoint."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import errors

from schemachange_operator.api.migration import Backfill
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.backfill.aside import RowAside
from schemachange_operator.core.errors import ProcedureError, Stop, TryLater
from schemachange_operator.postgres import ledger, ledger_backfill, preflight
from schemachange_operator.postgres.backfill import (
    Page,
    Position,
    RowsUnfilled,
    fill_again,
    fill_page,
    next_page,
    next_pass,
    passed,
)
from schemachange_operator.postgres.backfill_table import BackfillTable, find_table
from schemachange_operator.postgres.ledger import Change
from schemachange_operator.postgres.ledger_steps import step_done
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary, reason_of
from schemachange_operator.runner import role
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.ladder import tries
from schemachange_operator.runner.stopping import cancelled_on_stop
from schemachange_operator.runner.target import Target

LOOKING_UP = 2000
"""Milliseconds that looking at the table may wait for a lock."""
ONE_ROW = 60_000
"""Milliseconds that a batch of one row may take; a larger one may take no longer than the application may be stalled."""

Move = Callable[[], Position | None]


ROWS_FAULT = ("21", "22", "23", "44", "54", "P0")
"""Classes of errors that one row can be the cause of: a value, a constraint, a limit, what a trigger raises."""


class RowsRefused(Exception):
    """A row of a batch cannot be filled; the batch is undone."""

    def __init__(self, why: str, page: Page) -> None:
        super().__init__(why)
        self.why = why
        self.page = page


class CutOff(Exception):
    """A batch took too long for its rows to stay locked, and is undone."""


def look_up(session: Session, environment: Environment, wanted: Backfill) -> BackfillTable:
    """The table as the migration role sees it, in a transaction of the caller's. Raises Stop(BackfillFailed)."""
    role.enter(session, environment.request, LOOKING_UP, 0)
    return find_table(session, wanted)


@dataclass(frozen=True)
class Batches:
    """What can be done to one backfill's position."""

    target: Target
    session: Session
    change: Change
    wanted: Backfill

    @property
    def environment(self) -> Environment:
        """What the command may use of the world."""
        return self.target.environment

    @property
    def step(self) -> str:
        """The step's name."""
        return self.environment.request.step

    def begun(self) -> tuple[Position, int]:
        """Where it stands, and the estimate of all rows. Raises Stop(StateUnproven) when the ledger has lost that."""
        read = ledger_backfill.read(self.session, self.change.id, self.step)
        if read is None:
            raise Stop(Reason.STATE_UNPROVEN, f"The ledger lost the checkpoint of step {self.step}. Nothing was run.")
        return read

    def table(self) -> BackfillTable:
        """The table as it is now."""
        with self.session.transaction():
            return look_up(self.session, self.environment, self.wanted)

    def rows_aside(self) -> tuple[RowAside, ...]:
        """Rows that an earlier run could not fill."""
        return ledger_backfill.rows_aside(self.session, self.change.id, self.step)

    def fill(self, table: BackfillTable, position: Position, size: int, aside: Sequence[RowAside]) -> Position | None:
        """Fill one batch; None at the end of the pass.

        Raises CutOff when so many rows take too long, RowsRefused when one of them cannot be filled.
        """
        pages: list[Page] = []
        keys = [row.key for row in aside] if position.number > 1 else []

        def move() -> Position | None:
            page = next_page(self.session, table, position, size)
            if page is None:
                return None
            pages[:] = [page]
            moved = fill_page(self.session, table, position, page, keys)
            self._check_deferred()
            return moved

        try:
            return self._in_transaction(position, move, self._longest(size))
        except (psycopg.Error, RowsUnfilled) as error:
            if isinstance(error, errors.QueryCanceled) and size > 1:
                raise CutOff from None
            if pages and _of_rows(error):
                raise RowsRefused(_why(error), pages[0]) from None
            raise self._failure(error, position) from None

    def fill_again(self, table: BackfillTable, position: Position, row: RowAside, others: Sequence[RowAside]) -> Position:
        """Fill a row that was set aside, after which only `others` are. Raises RowsRefused when it still cannot be filled."""

        def move() -> Position:
            moved = fill_again(self.session, table, position, row.key)
            self._check_deferred()
            return moved

        try:
            moved = self._in_transaction(position, move, ONE_ROW, others)
        except (psycopg.Error, RowsUnfilled) as error:
            if _of_rows(error):
                raise RowsRefused(_why(error), Page(row.key, 1)) from None
            raise self._failure(error, position) from None
        assert moved is not None
        return moved

    def go_past(self, position: Position, page: Page, aside: Sequence[RowAside]) -> Position:
        """Leave the one row of a batch as it is; it is the last of those set aside."""
        moved = self._in_transaction(position, lambda: passed(position, page), ONE_ROW, aside)
        assert moved is not None
        return moved

    def next_pass(self, table: BackfillTable, position: Position, aside: Sequence[RowAside]) -> Position | None:
        """Begin another pass; None when no row is left. Looks at the whole table, for as long as that takes."""
        keys = [row.key for row in aside]
        try:
            with cancelled_on_stop(self.environment, self.session):
                return self._in_transaction(position, lambda: next_pass(self.session, table, position, keys), 0)
        except psycopg.Error as error:
            raise self._failure(error, position) from None

    def end(self, position: Position) -> None:
        """Write the step's done row."""
        request = self.environment.request
        self.target.lock.confirm()
        with self.session.transaction():
            ledger.adopt(self.session, self.change, request.change.uid)
            ledger_backfill.lock(self.session, self.change.id, self.step, position)
            ledger_backfill.checkpoint(self.session, self.change.id, self.step, position, done=True)
            step_done(self.session, self.change.id, self.step, request.attempt, ())

    def _longest(self, size: int) -> int:
        return ONE_ROW if size == 1 else self.environment.request.policy.locks.stall_milliseconds

    def _check_deferred(self) -> None:
        # Here and not at COMMIT, so that it is known for the rows' fault.
        self.session.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def _in_transaction(
        self, position: Position, move: Move, statement_milliseconds: int, aside: Sequence[RowAside] | None = None
    ) -> Position | None:
        """Move the position, and write which rows are set aside where that changes; try again for locks.

        Raises TryLater(WaitingForLock), and psycopg.Error for whatever else went wrong.
        """
        environment = self.environment
        seen = ""
        for timeout in tries(environment, environment.request.policy.locks):
            try:
                with self.session.transaction():
                    moved = self._moved(position, move, timeout, statement_milliseconds)
                    if aside is not None:
                        ledger_backfill.set_aside(self.session, self.change.id, self.step, aside)
                    return moved
            except (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure) as error:
                seen = primary(error)
                environment.output.event("lock_not_available", timeout=timeout, message=seen)
        raise TryLater(
            Reason.WAITING_FOR_LOCK,
            f"A batch of {self.wanted.table} could not have its locks: {seen}. {position.rows_done} rows are filled and kept;"
            " it goes on later.",
        )

    def _moved(self, position: Position, move: Move, timeout: int, statement_milliseconds: int) -> Position | None:
        request = self.environment.request
        ledger_backfill.lock(self.session, self.change.id, self.step, position)
        entered = role.enter(self.session, request, timeout, statement_milliseconds)
        moved = move()
        role.leave(self.session, request, entered, f"Step {self.step}", Reason.BACKFILL_FAILED)
        if moved is not None:
            ledger_backfill.checkpoint(self.session, self.change.id, self.step, moved)
        return moved

    def _failure(self, error: psycopg.Error | RowsUnfilled, position: Position) -> ProcedureError:
        if isinstance(error, RowsUnfilled):
            return error
        kept = f"The batch is undone; {position.rows_done} rows filled before are kept."
        if preflight.lost(self.session, error):
            return TryLater(Reason.DATABASE_UNREACHABLE, f"The connection was lost. {kept} It goes on later.")
        if isinstance(reason_of(error), TryLater):
            return reason_of(error)
        return Stop(Reason.BACKFILL_FAILED, f"A batch of {self.wanted.table} failed: {primary(error)}. {kept}")


def _of_rows(error: psycopg.Error | RowsUnfilled) -> bool:
    """Whether other rows may do well. A single row that takes too long counts too."""
    return isinstance(error, RowsUnfilled | errors.QueryCanceled) or (error.sqlstate or "").startswith(ROWS_FAULT)


def _why(error: psycopg.Error | RowsUnfilled) -> str:
    return "it matches `where` even after it was filled" if isinstance(error, RowsUnfilled) else primary(error)
