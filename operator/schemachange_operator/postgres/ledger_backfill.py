"""The ledger's backfills: how far each is, written in the transaction of each batch."""

from collections.abc import Sequence

from psycopg.types.json import Jsonb

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.backfill.aside import RowAside
from schemachange_operator.core.errors import TryLater
from schemachange_operator.postgres.backfill import Position
from schemachange_operator.postgres.ledger_steps import steps
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

ASIDE = "aside"
"""Member of a step's detail: rows that could not be filled."""


def begin(session: Session, change_id: int, step: str, position: Position, total: int) -> None:
    """Write down the bound and the estimate, once; a later try goes on with what stands there."""
    session.execute(
        query("ledger_backfill_begin"),
        {"change_id": change_id, "step": step, "upper_key": _json(position.upper), "rows_total": total},
    )


def read(session: Session, change_id: int, step: str) -> tuple[Position, int] | None:
    """How far it is, and the estimated number of rows; None when it has not begun."""
    row = session.execute(query("ledger_backfill_read"), {"change_id": change_id, "step": step}).fetchone()
    if row is None:
        return None
    total = row.pop("rows_total")
    return Position(**row), total


def lock(session: Session, change_id: int, step: str, position: Position) -> None:
    """Lock the row for a batch's transaction.

    Raises TryLater(DatabaseBusy) when it is not where we left it: another runner is at it.
    """
    row = session.execute(query("ledger_backfill_lock"), {"change_id": change_id, "step": step}).fetchone()
    if row is None or row["batches"] != position.batches or row["state"] != "Open":
        raise TryLater(Reason.DATABASE_BUSY, "Another runner works on this backfill. This one stops; nothing is lost.")


def checkpoint(session: Session, change_id: int, step: str, position: Position, *, done: bool = False) -> None:
    """Write how far it is, in the transaction of the batch."""
    session.execute(
        query("ledger_backfill_checkpoint"),
        {
            "change_id": change_id,
            "step": step,
            "last_key": _json(position.last),
            "number": position.number,
            "rows_passed": position.rows_passed,
            "rows_done": position.rows_done,
            "batches": position.batches,
            "done": done,
        },
    )


def set_aside(session: Session, change_id: int, step: str, rows: Sequence[RowAside]) -> None:
    """Write which rows could not be filled, in the transaction that goes past one of them or fills it after all."""
    detail = {ASIDE: [{"key": row.key, "why": row.why} for row in rows]}
    session.execute(query("ledger_backfill_aside"), {"change_id": change_id, "step": step, "detail": Jsonb(detail)})


def rows_aside(session: Session, change_id: int, step: str) -> tuple[RowAside, ...]:
    """The rows that could not be filled so far."""
    found = steps(session, change_id)[step].detail.get(ASIDE, [])
    return tuple(RowAside(row["key"], row["why"]) for row in found)


def _json(key: list[str] | None) -> Jsonb | None:
    return None if key is None else Jsonb(key)
