"""Generated rows: consistent with types, keys and simple checks, so that statements have something to work on."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import errors, sql

from schemachange_operator.core.sql.literals import literals_in
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary
from schemachange_operator.runner.rehearsal.columns import Column

TRIES = 40
"""INSERTs that a table is tried with: each violated check moves its columns on to their next candidate."""


def fill_tables(session: Session, relations: Iterable[str], count: int) -> tuple[dict[str, int], tuple[str, ...]]:
    """Fill tables, the tables they refer to first, with `count` rows each, by a superuser's session.

    Gives the rows by relation, and a note for each table that stays empty: that is no failure.
    """
    if count == 0:
        return {}, ()
    tables = session.execute(query("rows_tables"), {"relations": list(relations)}).fetchall()
    names = [table["relation"] for table in tables]
    keys = session.execute(query("rows_keys"), {"relations": names}).fetchall()
    columns = [Column(row) for row in session.execute(query("rows_columns"), {"relations": names}).fetchall()]
    bounds = {table["relation"]: table["partition_constraint"] for table in tables}
    filled: dict[str, int] = {}
    notes = []
    for name in _parents_first(names, keys):
        table = _Table(
            session,
            name,
            [column for column in columns if column.relation == name],
            [key for key in keys if key["relation"] == name],
            bounds[name],
        )
        filled[name] = table.fill(count)
        if table.complaint:
            notes.append(f"{name} could not be filled with generated rows: {table.complaint}")
    return filled, tuple(notes)


def gather_statistics(session: Session, rows: Iterable[str]) -> None:
    """As the target has them: the planner chooses as it would there, and it is seen where a rollback loses them."""
    for relation in rows:
        session.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(*relation.split(".", 1))))


def _parents_first(names: Sequence[str], keys: Sequence[dict[str, Any]]) -> list[str]:
    """Parents before children; tables that refer to each other in a circle come last, as they are."""
    waiting, ordered = list(names), list[str]()
    while waiting:
        free = [
            name
            for name in waiting
            if not any(key["relation"] == name and key["parent"] in waiting and key["parent"] != name for key in keys)
        ]
        ordered += free or waiting
        waiting = [name for name in waiting if name not in ordered]
    return ordered


class _Table:
    """One table while it is filled."""

    def __init__(
        self, session: Session, name: str, columns: list[Column], keys: list[dict[str, Any]], bound: str | None
    ) -> None:
        self._session = session
        self._name = name
        self._identifier = sql.Identifier(*name.split(".", 1))
        self._columns = {column.name: column for column in columns}
        self._keys = keys
        self._bound = bound
        self._tried: dict[str, int] = {}
        self.complaint = ""

    def fill(self, count: int) -> int:
        """The rows that went in; `complaint` says why where there are none."""
        checks = self._session.execute(query("rows_checks"), {"relation": self._name}).fetchall()
        for _ in range(TRIES):
            try:
                return self._insert(count)
            except errors.CheckViolation as error:
                self.complaint = primary(error)
                if not self._next_candidates(error.diag.constraint_name, checks):
                    return 0
            except psycopg.Error as error:
                self.complaint = primary(error)
                return 0
        return 0

    def _insert(self, count: int) -> int:
        owned = {name for key in self._keys for name in key["columns"]}
        own = [column for column in self._columns.values() if column.name not in owned and column.expression()]
        targets = [column.name for column in own]
        values: list[sql.Composable] = [column.expression() or sql.SQL("NULL") for column in own]
        joins: list[sql.Composable] = []
        for number, key in enumerate(self._keys):
            fresh = [pair for pair in zip(key["columns"], key["parent_columns"], strict=True) if pair[0] not in targets]
            targets += [here for here, _ in fresh]
            if self._refers_to_itself(key):
                values += [self._columns[there].expression() or sql.SQL("NULL") for _, there in fresh]
                continue
            values += [
                sql.SQL("{}.{}").format(sql.Identifier(f"parent{number}"), sql.Identifier(there)) for _, there in fresh
            ]
            joins.append(_parent_join(number, key, self._name))
        # Without a column to name, each row of an empty SELECT still makes one of defaults.
        named = sql.SQL(" ({})").format(sql.SQL(", ").join(map(sql.Identifier, targets))) if targets else sql.SQL("")
        statement = sql.SQL(
            "INSERT INTO {}{} SELECT {} FROM generate_series(1::int8, {}) g {} ON CONFLICT DO NOTHING"
        ).format(self._identifier, named, sql.SQL(", ").join(values), sql.Literal(count), sql.SQL(" ").join(joins))
        with self._session.transaction():
            # Neither the application's triggers nor the checks of foreign keys: the rows are consistent as they are made.
            self._session.execute("SET LOCAL session_replication_role = replica")
            inserted = self._session.execute(statement).rowcount
        self.complaint = ""
        return inserted

    def _refers_to_itself(self, key: dict[str, Any]) -> bool:
        """Whether each row is to be its own parent: only where it must have one, since circles mislead recursive queries."""
        known = all(name in self._columns for name in (*key["columns"], *key["parent_columns"]))
        return key["parent"] == self._name and known and all(self._columns[name].required for name in key["columns"])

    def _next_candidates(self, constraint: str | None, checks: list[dict[str, Any]]) -> bool:
        """Move the columns of a violated check on; False when there is nothing left to try.

        A row that fits into no partition names no constraint: it is the partition's bound that is violated.
        """
        found = [(check["definition"], check["columns"]) for check in checks if check["name"] == constraint]
        if not found and self._bound:
            found = [(self._bound, [name for name in self._columns if name in self._bound])]
        moved = False
        if constraint and any(self._try_apart(constraint, names or []) for _, names in found):
            return True
        for definition, names in found:
            literals = literals_in(definition)
            for name in names or ():
                moved = (name in self._columns and self._columns[name].advance(literals)) or moved
        return moved

    def _try_apart(self, constraint: str, names: list[str]) -> bool:
        """For a check on several columns: another value in one of them, the others as they are; False after the last try."""
        columns = [self._columns[name] for name in sorted(names) if name in self._columns]
        if len(columns) < 2:
            return False
        tries = [(column, value) for column in columns for value in column.others()]
        at = self._tried.get(constraint, 0)
        for column in columns:
            column.instead(None)
        self._tried[constraint] = at + 1
        if at >= len(tries):
            return False
        column, value = tries[at]
        column.instead(value)
        return True


def _parent_join(number: int, key: dict[str, Any], relation: str) -> sql.Composed:
    """The parent's rows, numbered, so that each new row takes the next one; a table's own rows are not there yet."""
    columns = sql.SQL(", ").join(map(sql.Identifier, key["parent_columns"]))
    empty = sql.SQL(" WHERE false") if key["parent"] == relation else sql.SQL("")
    return sql.SQL(
        "LEFT JOIN (SELECT row_number() OVER () - 1 AS place, count(*) OVER () AS places, {} FROM {}{}) {}"
        " ON {}.place = (g - 1) % {}.places"
    ).format(columns, sql.Identifier(*key["parent"].split(".", 1)), empty, *[sql.Identifier(f"parent{number}")] * 3)
