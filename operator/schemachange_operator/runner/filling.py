"""One run of a backfill: batch after batch, sized by how long they take, with rests, until no row is left."""

import time

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import Progress
from schemachange_operator.core.backfill import batch_size
from schemachange_operator.core.backfill.rest import rest
from schemachange_operator.core.errors import TryLater
from schemachange_operator.postgres.backfill import Position
from schemachange_operator.postgres.backfill_table import BackfillTable
from schemachange_operator.runner.batches import Batches, CutOff
from schemachange_operator.runner.pace import Pace


class Filling:
    """Fills until no row is left, and tells how far it is."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        self._environment = batches.environment
        self._rules = self._environment.request.policy.backfill
        wanted = batches.wanted
        self._least_rest = (wanted.pause if wanted.pause is not None else self._rules.pause) / 1000
        self._size = batch_size.first(wanted.batch_size or self._rules.batch_size, self._rules.batch_milliseconds / 1000)

    def run(self) -> tuple[Position, Progress]:
        """Fill to the end and write the step's done row. Raises TryLater(Stopped) after the batch that was under way."""
        position, total = self._batches.begun()
        table = self._batches.table()
        clock = self._environment.clock
        pace = Pace(clock(), position.rows_passed, total)
        while True:
            began = time.monotonic()
            further = self._batch(table, position) or self._batches.next_pass(table, position)
            if further is None:
                self._batches.end(position)
                return position, pace.end(clock(), position.rows_passed, position.rows_done)
            filled, position = further.rows_done > position.rows_done, further
            self._tell(pace, position)
            self._rest(position, time.monotonic() - began, filled=filled)

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
        now = self._environment.clock()
        if pace.due(now):
            self._batches.target.lock.confirm()
            self._environment.output.progress(pace.progress(now, position.rows_passed, position.rows_done))

    def _rest(self, position: Position, busy: float, *, filled: bool) -> None:
        least = self._least_rest if filled else 0
        if self._environment.pause(rest(busy, self._rules.work_percent, least)):
            raise TryLater(
                Reason.STOPPED,
                f"Asked to stop. {position.rows_done} rows are filled and kept; the next run goes on from there.",
            )
