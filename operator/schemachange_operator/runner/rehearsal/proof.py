"""Whether a rollback brought back more than the schema: storage, and the rows of every table that has some."""

from collections.abc import Container
from contextlib import closing
from dataclasses import dataclass

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop
from schemachange_operator.core.plan import DataProof, Difference
from schemachange_operator.core.snapshot import Snapshot, difference
from schemachange_operator.postgres.catalog import take_physical
from schemachange_operator.postgres.row_hashes import TableRows, hash_rows
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.rehearsal.server import SUPERUSER, connect
from schemachange_operator.runner.rehearsal.steps import UNTOUCHED

SHOWN = 5
"""Tables that a message names."""


@dataclass(frozen=True)
class Left:
    """Storage and rows at one moment."""

    physical: Snapshot
    rows: dict[str, TableRows]


@dataclass(frozen=True)
class Returned:
    """What a rollback came back to."""

    residue: tuple[Difference, ...] = ()
    data: tuple[DataProof, ...] = ()


def leave(environment: Environment) -> Left:
    """How it is now in the throw-away database: every table, since triggers and foreign keys reach those that nobody names."""
    with closing(connect(environment, SUPERUSER)) as session:
        physical = take_physical(session)
        relations = [name for objects in physical.values() for name in objects]
        return Left(physical, hash_rows(session, relations))


def prove_return(
    environment: Environment, relations: Container[str], residue: tuple[Difference, ...], before: Left
) -> Returned:
    """Compare with how it is after the rollback. Raises Stop(RollbackDiffers) where rows are not as they were.

    A table that is none of the `relations` touched and only gained rows is told and stops nothing: what triggers write
    down of a change (an audit) stays when the change is undone.
    """
    now = leave(environment)
    names = sorted(before.rows.keys() | now.rows.keys())
    data = tuple(_proof(name, before.rows.get(name, TableRows()), now.rows.get(name, TableRows())) for name in names)
    unlike = [one for one in data if one.columns_changed or one.rows_before != one.rows_after]
    _refuse([one for one in unlike if one.rows_before or one.relation in relations])
    touched = tuple(one for one in data if one.rows_before or one.rows_after)
    return Returned((*residue, *difference(before.physical, now.physical)), touched)


def _proof(relation: str, before: TableRows, after: TableRows) -> DataProof:
    return DataProof(
        relation=relation, rows_before=before.rows, rows_after=after.rows, columns_changed=before.changed(after)
    )


def _refuse(changed: list[DataProof]) -> None:
    if not changed:
        return
    told = "; ".join(
        f"{one.relation} ({', '.join(one.columns_changed) or 'new rows'}; {one.rows_before} rows before, {one.rows_after} after)"
        for one in changed[:SHOWN]
    )
    more = f"; and {len(changed) - SHOWN} more tables" if len(changed) > SHOWN else ""
    raise Stop(
        Reason.ROLLBACK_DIFFERS,
        f"The rollback brings the schema back, but not the rows of {told}{more}. {UNTOUCHED} Correct the rollback, or say"
        " irreversible with the reason: what a statement overwrites or drops comes back from a backup only.",
    )
