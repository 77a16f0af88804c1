"""The table of a backfill: its resolved name, its key, its statements. Composed, never glued."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from schemachange_operator.api.migration import Backfill
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop
from schemachange_operator.core.sql.name import read_name
from schemachange_operator.postgres.probes import identifier, quoted, resolve
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

Key = list[str]
"""A key's values as text, in the key's order: any type goes to text and back without loss."""
BATCH = "schemachange_batch"
"""Names that stand beside the user's own expressions, so they must not be ones that a user chooses."""
KEY = "schemachange_key_"


@dataclass(frozen=True)
class BackfillTable:
    """A table that can be filled, with every statement that filling it needs."""

    backfill: Backfill
    name: list[str]
    """Schema and name."""
    keys: tuple[str, ...]
    """Columns of the primary key, or of a unique index, in its order."""
    types: tuple[str, ...]
    """Their types, as SQL."""

    @property
    def where(self) -> sql.Composable:
        """Which rows are to be filled, in parentheses."""
        if self.backfill.where is None:
            return sql.SQL("true")
        return sql.SQL("({}\n)").format(_user(self.backfill.where))

    def upper_bound(self) -> sql.Composed:
        """The largest key there is, as an array of text."""
        return sql.SQL("SELECT ARRAY[{}] AS key FROM {} ORDER BY {} LIMIT 1").format(
            self._texts(),
            identifier(self.name),
            sql.SQL(", ").join(sql.SQL("{} DESC").format(key) for key in self._columns()),
        )

    def page(self, after: Key | None, upper: Key, size: int) -> sql.Composed:
        """The next rows in the key's order: how many, and the last one's key."""
        inner = sql.SQL("SELECT {columns} FROM {table} WHERE {range} ORDER BY {columns} LIMIT {size}").format(
            columns=sql.SQL(", ").join(self._columns()),
            table=identifier(self.name),
            range=self.between(after, upper),
            size=sql.Literal(size),
        )
        return sql.SQL(
            "SELECT ARRAY[{texts}] AS key, count(*) OVER () AS rows FROM ({inner}) AS page ORDER BY {descending} LIMIT 1"
        ).format(
            texts=self._texts(),
            inner=inner,
            descending=sql.SQL(", ").join(sql.SQL("{} DESC").format(key) for key in self._columns()),
        )

    def update(self, rows: sql.Composable, *, skip_locked: bool) -> sql.Composed:
        """Fill those of some rows that are to be filled; answers for each whether it is still to be filled afterwards.

        The rows are locked first, in the key's order, so that two writers cannot wait for each other; a row that another
        session has just changed is looked at again in its new form.
        """
        aliased = (sql.SQL("{} AS {}").format(key, _alias(number)) for number, key in enumerate(self._columns()))
        locked = sql.SQL(
            "SELECT {keys} FROM {table} WHERE {range} AND {where} ORDER BY {columns} FOR NO KEY UPDATE{skip}"
        ).format(
            keys=sql.SQL(", ").join(aliased),
            table=identifier(self.name),
            range=rows,
            where=self.where,
            columns=sql.SQL(", ").join(self._columns()),
            skip=sql.SQL(" SKIP LOCKED" if skip_locked else ""),
        )
        same = (
            sql.SQL("{} = {}").format(
                sql.Identifier(*self.name, key), sql.SQL("{}.{}").format(sql.Identifier(BATCH), _alias(number))
            )
            for number, key in enumerate(self.keys)
        )
        return sql.SQL(
            "UPDATE {table} SET {set} FROM ({locked}) AS {batch} WHERE {range} AND {same} AND {where} RETURNING {still} AS still"
        ).format(
            table=identifier(self.name),
            set=self._assignments(),
            locked=locked,
            # Said twice, or the planner reads the whole table for a large batch of a table that is not huge.
            range=rows,
            batch=sql.Identifier(BATCH),
            same=sql.SQL(" AND ").join(same),
            where=self.where,
            still=sql.SQL("false") if self.backfill.where is None else sql.SQL("{} IS TRUE").format(self.where),
        )

    def still_matching(self, rows: sql.Composable) -> sql.Composed:
        """Those of some rows that this very transaction has written and that are to be filled nevertheless."""
        return sql.SQL(
            "SELECT count(*) AS rows FROM {table} WHERE {range} AND {where}"
            " AND {xmin} = pg_catalog.xid(pg_catalog.pg_current_xact_id())"
        ).format(
            table=identifier(self.name),
            range=rows,
            where=self.where,
            xmin=sql.Identifier(*self.name, "xmin"),
        )

    def remaining(self, upper: Key | None, limit: int, aside: Sequence[Key] = ()) -> sql.Composed:
        """Rows still to be filled but for those set aside (counted up to a limit), and how many are within the bound."""
        within = self.between(None, upper) if upper else sql.SQL("false")
        return sql.SQL(
            "SELECT count(*) AS rows, count(*) FILTER (WHERE within) AS within FROM"
            " (SELECT {within} AS within FROM {table} WHERE {others} AND {where} LIMIT {limit}) AS remaining"
        ).format(
            within=within,
            table=identifier(self.name),
            others=self.but(aside),
            where=self.where,
            limit=sql.Literal(limit),
        )

    def one(self, key: Key | None) -> sql.Composed:
        """Read the row of a key, and nothing of it."""
        if key is None:
            return sql.SQL("SELECT FROM {} LIMIT 1").format(identifier(self.name))
        return sql.SQL("SELECT FROM {} WHERE {}").format(identifier(self.name), self.exactly(key))

    def estimate(self) -> sql.Composed:
        """The planner's estimate of the table's rows, by the size of its files."""
        return sql.SQL("EXPLAIN (FORMAT JSON) SELECT FROM {}").format(identifier(self.name))

    def _columns(self) -> list[sql.Identifier]:
        return [sql.Identifier(key) for key in self.keys]

    def _texts(self) -> sql.Composed:
        return sql.SQL(", ").join(sql.SQL("{}::pg_catalog.text").format(key) for key in self._columns())

    def between(self, after: Key | None, upper: Key) -> sql.Composed:
        """Rows after one key, up to another with it."""
        up_to = sql.SQL("({}) <= ({})").format(self._qualified(), self._values(upper))
        if after is None:
            return up_to
        return sql.SQL("({}) > ({}) AND {}").format(self._qualified(), self._values(after), up_to)

    def exactly(self, key: Key) -> sql.Composed:
        """The row of a key."""
        return sql.SQL("({}) = ({})").format(self._qualified(), self._values(key))

    def but(self, aside: Sequence[Key]) -> sql.Composable:
        """All rows but those of some keys."""
        if not aside:
            return sql.SQL("true")
        keys = sql.SQL(", ").join(sql.SQL("({})").format(self._values(key)) for key in aside)
        return sql.SQL("({}) NOT IN ({})").format(self._qualified(), keys)

    def _qualified(self) -> sql.Composed:
        return sql.SQL(", ").join(sql.Identifier(*self.name, key) for key in self.keys)

    def _values(self, key: Key) -> sql.Composed:
        return sql.SQL(", ").join(
            sql.SQL("CAST({} AS {})").format(sql.Literal(value), _user(kind))
            for value, kind in zip(key, self.types, strict=True)
        )

    def _assignments(self) -> sql.Composed:
        return sql.SQL(", ").join(
            sql.SQL("{} = ({}\n)").format(sql.Identifier(column), _user(expression))
            for column, expression in sorted(self.backfill.set.items())
        )


def _alias(number: int) -> sql.Identifier:
    return sql.Identifier(f"{KEY}{number}")


def _user(text: str) -> sql.SQL:
    """SQL that comes from the change (the plan has checked that it is one expression), or a type's name from the catalog.

    A line break comes after it, so that a comment at its end does not swallow what follows.
    """
    trusted: Any = text
    return sql.SQL(trusted)


def find_table(session: Session, backfill: Backfill) -> BackfillTable:
    """Look the table up by the session's search_path.

    Raises Stop(BackfillFailed) when it does not exist, has no key, or the key itself would be changed.
    """
    name = _resolved(session, backfill.table)
    rows = session.execute(query("backfill_key"), {"table": quoted(session, name)}).fetchall()
    if not rows:
        raise Stop(
            Reason.BACKFILL_FAILED,
            f"Table {backfill.table} has no primary key, nor a unique index on columns that are NOT NULL, so that batches of it"
            " could not be told apart. No row was filled. Add a primary key first, or fill it by a step of SQL.",
        )
    keys = tuple(row["name"] for row in rows)
    changed = sorted(set(keys) & backfill.set.keys())
    if changed:
        raise Stop(
            Reason.BACKFILL_FAILED,
            f"The backfill would change {', '.join(changed)} of the key of {backfill.table}, by which its batches go."
            " No row was filled. Use a step of SQL for that.",
        )
    return BackfillTable(backfill, name, keys, tuple(row["type"] for row in rows))


def _resolved(session: Session, table: str) -> list[str]:
    try:
        name = resolve(session, read_name(table))
    except ValueError as error:
        raise Stop(Reason.BACKFILL_FAILED, f"{table} cannot be filled: {error}. No row was filled.") from None
    if name is None:
        raise Stop(Reason.BACKFILL_FAILED, f"There is no table {table}. No row was filled. Create it in a step before.")
    return name
