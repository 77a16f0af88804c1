"""Rows of tables as numbers: how many, and one hash for each column that says whether its values are the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from psycopg import sql

from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session


@dataclass(frozen=True)
class TableRows:
    """One table's rows, by column name: neither the order of rows nor that of columns is in it, and no value."""

    rows: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)

    def changed(self, now: "TableRows") -> tuple[str, ...]:
        """Columns whose values are not the same any more; all of them where rows came or went."""
        if self.rows == now.rows == 0:
            # One of the two may have no file any more, and then no columns here.
            return ()
        if self.rows != now.rows:
            return tuple(sorted(self.columns))
        return tuple(sorted(name for name, value in self.columns.items() if now.columns.get(name) != value))


def hash_rows(session: Session, relations: Iterable[str]) -> dict[str, TableRows]:
    """Those of the relations that are tables with something in their file; the session has to be allowed to read all of their rows."""
    tables = session.execute(query("data_tables"), {"relations": list(relations)}).fetchall()
    return {
        table["relation"]: _hash(session, table["relation"], table["columns"] or [], table["key"] or []) for table in tables
    }


def _hash(session: Session, relation: str, columns: list[str], key: list[str]) -> TableRows:
    """A value is hashed together with its row's key, so that values that change places are seen as well."""
    hashes = [
        sql.SQL("coalesce(sum(hashtextextended(ROW({})::text, 0)), 0)::text AS {}").format(
            sql.SQL(", ").join(map(sql.Identifier, [*key, column])), sql.Identifier(f"column {number}")
        )
        for number, column in enumerate(columns)
    ]
    counted = sql.SQL("count(*) AS rows")
    statement = sql.SQL("SELECT {} FROM ONLY {}").format(
        sql.SQL(", ").join([counted, *hashes]), sql.Identifier(*relation.split(".", 1))
    )
    row = session.execute(statement).fetchone() or {"rows": 0}
    return TableRows(row["rows"], {column: row[f"column {number}"] for number, column in enumerate(columns)})
