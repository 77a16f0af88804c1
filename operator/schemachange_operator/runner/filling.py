"""One run of a backfill: batch after batch, sized by how long they take, with rests, until no row is left."""

import time

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import Progress
from schemachange_operator.core.backfill import batch_size
from schemachange_operator.core.backfill.rest import rest
from schemachange_operator.core.errors import TryLater
from schemachange_operator.postgres.backfill import Position
from schemachange_operator.postgres.backfill_table import BackfillTable
from schemachange_operator.postgres.signals.signal import Subject
from schemachange_operator.runner.batches import Batches, CutOff
from schemachange_operator.runner.pace import Pace
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
        self._size = batch_size.first(wanted.batch_size or self._rules.batch_size, self._rules.batch_milliseconds / 1000)

    def run(self) -> tuple[Position, Progress]:
        """Fill to the end and write the step's done row. Raises TryLater(Stopped) after the batch that was under way."""
        position, total = self._batches.begun()
        table = self._batches.table()
        pace = Pace(self._environment.clock(), position.rows_passed, total)
        subject = Subject(
            self._rules.throttle,
            table,
            self._batches.session.info.backend_pid,
            position.upper,
            self._environment.request.migration_role,
        )
        watch = Watch(self._batches.target, subject)
        with watch.on_duty():
            while (further := self._next(watch, pace, table, position)) is not None:
                position = further
        self._batches.end(position)
        self.not_watched = tuple(watch.unread)
        return position, pace.end(self._environment.clock(), position.rows_passed, position.rows_done)

    def _next(self, watch: Watch, pace: Pace, table: BackfillTable, position: Position) -> Position | None:
        """One batch and the rest after it; None when no row is left."""
        self._hold(watch, pace, position)
        began = time.monotonic()
        further = self._batch(table, position) or self._batches.next_pass(table, position)
        if further is not None:
            self._tell(pace, further)
            self._rest(further, time.monotonic() - began, filled=further.rows_done > position.rows_done)
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
        """The next batch, smaller and smaller until it is not cut off."""
        while True:
            began = time.monotonic()
            try:
                further = self._batches.fill(table, position, self._size.rows)
            except CutOff:
                self._environment.output.event("batch_cut_off", rows=self._size.rows)
                self._size = self._size.cut_off()
                self._rest(position, time.monotonic() - began, filled=True)
                continue
            if further is not None:
                self._size = self._size.after(further.rows_read, time.monotonic() - began)
            return further

    def _tell(self, pace: Pace, position: Position) -> None:
        if pace.due(self._environment.clock()):
            self._say(pace, position)

    def _say(self, pace: Pace, position: Position, **others: str) -> None:
        self._batches.target.lock.confirm()
        progress = pace.progress(self._environment.clock(), position.rows_passed, position.rows_done)
        self._environment.output.progress(progress.model_copy(update=others))

    def _rest(self, position: Position, busy: float, *, filled: bool) -> None:
        self._wait(position, rest(busy, self._rules.work_percent, self._least_rest if filled else 0))

    def _wait(self, position: Position, seconds: float) -> None:
        if self._environment.pause(seconds):
            raise TryLater(
                Reason.STOPPED,
                f"Asked to stop. {position.rows_done} rows are filled and kept; the next run goes on from there.",
            )
