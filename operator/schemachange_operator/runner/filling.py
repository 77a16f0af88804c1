"""One run of a backfill: batch after batch, sized by how long they take, with rests, until no row is left."""

import time

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import Progress
from schemachange_operator.core.backfill import batch_size
from schemachange_operator.core.backfill.aside import RowAside, listed, too_many
from schemachange_operator.core.backfill.isolation import Trouble
from schemachange_operator.core.backfill.rest import rest
from schemachange_operator.core.errors import Stop, TryLater
from schemachange_operator.postgres.backfill import Position
from schemachange_operator.postgres.backfill_table import BackfillTable
from schemachange_operator.postgres.signals.signal import Subject
from schemachange_operator.runner.batches import Batches, CutOff, RowsRefused
from schemachange_operator.runner.pace import Pace
from schemachange_operator.runner.tidying import Tidying
from schemachange_operator.runner.watch import Watch

HOLDING = 0.5
"""Seconds between two looks at whether it may go on."""


class Filling:
    """Fills until no row is left, and tells how far it is."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        self._environment = batches.environment
        self._rules = self._environment.request.policy.backfill
        wanted = batches.wanted
        self._least_rest = (wanted.pause if wanted.pause is not None else self._rules.pause) / 1000
        self.not_watched: tuple[str, ...] = ()
        """Signals that could not be read; known at the end."""
        self._trouble = Trouble()
        self.aside: tuple[RowAside, ...] = ()
        """Rows that could not be filled."""
        self._size = batch_size.first(wanted.batch_size or self._rules.batch_size, self._rules.batch_milliseconds / 1000)

    def run(self) -> tuple[Position, Progress]:
        """Fill to the end and write the step's done row.

        Raises TryLater(Stopped) after the batch that was under way, Stop(BackfillFailed) when more rows cannot be filled
        than the policy allows.
        """
        position, total = self._batches.begun()
        table = self._batches.table()
        self.aside = self._batches.rows_aside()
        pace = Pace(self._environment.clock(), position.rows_passed, total)
        self._tidying = Tidying(self._batches.target, table, total, position.rows_done)
        watch = self._watch(table, position)
        with watch.on_duty():
            position = self._again(table, position)
            while (further := self._next(watch, pace, table, position)) is not None:
                position = further
        self.not_watched = tuple(watch.unread)
        if len(self.aside) > self._rules.failed_rows:
            raise self._failed(table, position, "All others are filled")
        self._batches.end(position)
        return position, pace.end(self._environment.clock(), position.rows_passed, position.rows_done)

    def _watch(self, table: BackfillTable, position: Position) -> Watch:
        pid = self._batches.session.info.backend_pid
        role = self._environment.request.migration_role
        return Watch(self._batches.target, Subject(self._rules.throttle, table, pid, position.upper, role))

    def _again(self, table: BackfillTable, position: Position) -> Position:
        """Rows that an earlier run had to leave out, one by one: somebody may have mended them."""
        for row in self.aside:
            others = tuple(other for other in self.aside if other != row)
            try:
                position = self._batches.fill_again(table, position, row, others)
                self.aside = others
            except RowsRefused:
                continue
        return position

    def _next(self, watch: Watch, pace: Pace, table: BackfillTable, position: Position) -> Position | None:
        """One batch and the rest after it; None when no row is left."""
        self._hold(watch, pace, position)
        began = time.monotonic()
        further = self._batch(table, position) or self._batches.next_pass(table, position, self.aside)
        if further is not None:
            self._tell(pace, further)
            self._rest(further, time.monotonic() - began, filled=further.rows_done > position.rows_done)
            self._tidying.after(further.rows_done)
        return further

    def _hold(self, watch: Watch, pace: Pace, position: Position) -> None:
        """Do nothing for as long as a limit is reached."""
        held = False
        while held_by := watch.held_by:
            held = True
            if pace.due(self._environment.clock()):
                text = f"holds, and goes on by itself: {held_by}. {position.rows_done} rows filled"
                self._say(pace, position, held_by=held_by, text=text)
            self._wait(position, HOLDING)
        if held:
            self._say(pace, position)

    def _batch(self, table: BackfillTable, position: Position) -> Position | None:
        """The next batch, smaller and smaller until nothing is wrong with it; None at the end of the pass."""
        while True:
            size = self._trouble.size(self._size.rows)
            began = time.monotonic()
            try:
                further = self._batches.fill(table, position, size, self.aside)
            except CutOff:
                self._environment.output.event("batch_cut_off", rows=size)
                self._size = self._size.cut_off()
                self._rest(position, time.monotonic() - began, filled=True)
            except RowsRefused as refused:
                self._trouble = self._trouble.after_failure(size)
                if size == 1:
                    return self._past(table, position, refused)
                self._rest(position, time.monotonic() - began, filled=True)
            else:
                if further is not None:
                    self._trouble = self._trouble.after_success(further.rows_read)
                    self._size = self._size.after(further.rows_read, time.monotonic() - began)
                return further

    def _past(self, table: BackfillTable, position: Position, refused: RowsRefused) -> Position:
        """Set one row aside. Raises Stop(BackfillFailed) when there are too many of its kind."""
        self.aside = (*self.aside, RowAside(refused.page.last, refused.why))
        self._environment.output.event("row_set_aside", key=refused.page.last, message=refused.why)
        if too_many(len(self.aside), self._rules.failed_rows):
            raise self._failed(table, position, "It stopped there")
        return self._batches.go_past(position, refused.page, self.aside)

    def _failed(self, table: BackfillTable, position: Position, rest_of_them: str) -> Stop:
        return Stop(
            Reason.BACKFILL_FAILED,
            f"{len(self.aside)} rows of {table.backfill.table} cannot be filled (failedRows of the policy is"
            f" {self._rules.failed_rows}). {rest_of_them}: {position.rows_done} rows are, and are kept. Mend the rows, or leave them"
            f" out by another change, and set spec.retry. Rows: {listed(table.keys, self.aside)}.",
        )

    def _tell(self, pace: Pace, position: Position) -> None:
        if pace.due(self._environment.clock()):
            self._say(pace, position)

    def _say(self, pace: Pace, position: Position, **others: str) -> None:
        self._batches.target.lock.confirm()
        progress = pace.progress(self._environment.clock(), position.rows_passed, position.rows_done)
        self._environment.output.progress(progress.model_copy(update={"failed": len(self.aside), **others}))

    def _rest(self, position: Position, busy: float, *, filled: bool) -> None:
        self._wait(position, rest(busy, self._rules.work_percent, self._least_rest if filled else 0))

    def _wait(self, position: Position, seconds: float) -> None:
        if self._environment.pause(seconds):
            raise TryLater(
                Reason.STOPPED,
                f"Asked to stop. {position.rows_done} rows are filled and kept; the next run goes on from there.",
            )
