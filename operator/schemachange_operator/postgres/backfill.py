"""Filling rows in batches by primary key. One batch is one transaction of the caller's; what is kept between is a position."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from psycopg import sql

from schemachange_operator.api.migration import Backfill
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop
from schemachange_operator.postgres.backfill_table import BackfillTable, Key, find_table
from schemachange_operator.postgres.session import Session

MOST_PASSES = 5
"""Times that the table is gone through for rows that other sessions held, before it counts as a failure."""
COUNTED = 1000
"""Rows that are counted when some remain."""


@dataclass(frozen=True)
class Position:
    """How far a backfill is."""

    upper: Key | None
    """The largest key there was at the start, so that inserts cannot make it endless; None for an empty table."""
    last: Key | None = None
    """The last key of the pass that has been passed."""
    number: int = 1
    """The pass, from 1."""
    rows_passed: int = 0
    """Rows gone by in the first pass, filled or not."""
    rows_done: int = 0
    """Rows filled."""
    batches: int = 0
    rows_read: int = 0
    """Rows of the last batch, filled or not; the ledger does not keep it."""


def start(session: Session, table: BackfillTable) -> tuple[Position, int]:
    """The position before the first batch, and the estimated number of rows. To be asked once the trigger stands."""
    bound = session.execute(table.upper_bound()).fetchone()
    explained = session.execute(table.estimate()).fetchone()
    return Position(bound["key"] if bound else None), int(
        explained["QUERY PLAN"][0]["Plan"]["Plan Rows"]
    ) if explained else 0


@dataclass(frozen=True)
class Page:
    """The rows of one batch."""

    last: Key
    """The last one's key."""
    rows: int


class RowsUnfilled(Stop):
    """Rows are still to be filled after they were."""

    def __init__(self, table: str, rows: int, done: int) -> None:
        super().__init__(
            Reason.BACKFILL_FAILED,
            f"{rows} rows of a batch of {table} match `where` even after they were filled: the expression gives them no value,"
            f" or a trigger takes it away. This batch is undone; {done} rows filled before are kept. Mend the expression or the"
            " rows, or leave such rows out in `where`.",
        )


def next_page(session: Session, table: BackfillTable, position: Position, size: int) -> Page | None:
    """The rows that come next, in the caller's transaction; None at the end of the pass."""
    if position.upper is None:
        return None
    row = session.execute(table.page(position.last, position.upper, size)).fetchone()
    return Page(row["key"], row["rows"]) if row else None


def fill_page(session: Session, table: BackfillTable, position: Position, page: Page, aside: Sequence[Key] = ()) -> Position:
    """Fill one batch in the caller's transaction, as the migration role, but for rows that were set aside.

    The first pass leaves out rows that other sessions hold; without a `where` nobody could find them again, so it waits.
    Raises RowsUnfilled.
    """
    skip = position.number == 1 and table.backfill.where is not None
    rows = sql.SQL("{} AND {}").format(table.between(position.last, page.last), table.but(aside))
    filled = _fill(session, table, rows, position, skip_locked=skip)
    return replace(passed(position, page), rows_done=position.rows_done + filled)


def fill_again(session: Session, table: BackfillTable, position: Position, key: Key) -> Position:
    """Fill one row that had been set aside. Raises RowsUnfilled."""
    filled = _fill(session, table, table.exactly(key), position, skip_locked=False)
    return replace(position, rows_done=position.rows_done + filled, batches=position.batches + 1, rows_read=filled)


def passed(position: Position, page: Page) -> Position:
    """The position after a batch, filled or not."""
    return replace(
        position,
        last=page.last,
        rows_passed=position.rows_passed + (page.rows if position.number == 1 else 0),
        batches=position.batches + 1,
        rows_read=page.rows,
    )


def _fill(session: Session, table: BackfillTable, rows: sql.Composable, position: Position, *, skip_locked: bool) -> int:
    filled = session.execute(table.update(rows, skip_locked=skip_locked)).fetchall()
    if any(row["still"] for row in filled):
        # RETURNING sees other rows as they were before the batch, so a `where` with a subquery has to be asked once more.
        row = session.execute(table.still_matching(rows)).fetchone()
        if row and row["rows"]:
            raise RowsUnfilled(table.backfill.table, row["rows"], position.rows_done)
    return len(filled)


def next_pass(session: Session, table: BackfillTable, position: Position, aside: Sequence[Key] = ()) -> Position | None:
    """After a pass: None when no row is left to be filled, else the position of the next pass.

    Reads the whole table, in the caller's transaction. Raises Stop(BackfillFailed) when rows are left that no pass fills.
    """
    if table.backfill.where is None:
        return None
    row = session.execute(table.remaining(position.upper, COUNTED, aside)).fetchone()
    if row is None or not row["rows"]:
        return None
    count = f"{row['rows']}{' or more' if row['rows'] >= COUNTED else ''}"
    if not row["within"]:
        raise Stop(
            Reason.BACKFILL_FAILED,
            f"{count} rows of {table.backfill.table} that were inserted since the backfill began are not filled."
            f" The {position.rows_done} rows filled are kept."
            " A trigger or a default that fills new rows has to stand in a step before the backfill.",
        )
    if position.number >= MOST_PASSES:
        raise Stop(
            Reason.BACKFILL_FAILED,
            f"{count} rows of {table.backfill.table} are still to be filled after {position.number} passes: the application"
            f" writes rows that match `where` all the time. The {position.rows_done} rows filled are kept."
            " A trigger that fills written rows has to stand in a step before the backfill.",
        )
    return replace(position, number=position.number + 1, last=None)


def run_batches(session: Session, backfill: Backfill, size: int) -> int:
    """Fill all rows, without ledger, pauses or other writers: for a rehearsal. Answers how many were filled.

    The session has the migration's role and search_path, and is in autocommit. Raises Stop(BackfillFailed).
    """
    table = find_table(session, backfill)
    position, _ = start(session, table)
    while True:
        with session.transaction():
            page = next_page(session, table, position, size)
            further = fill_page(session, table, position, page) if page else next_pass(session, table, position)
        if further is None:
            return position.rows_done
        position = further
