"""Which rows are a sample that holds together: some of each table, and every row that their foreign keys refer to."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from psycopg import sql

from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

MARGIN = 1.5
"""How many more rows are asked of a sample than wanted, since chance decides."""
READ_WHOLE = 64 * 2**20
"""Bytes of a table up to which all of it is read for a sample by rows; of a larger one whole pages are taken."""
SMALL = 10
"""A table of up to so many times the rows wanted is read from its beginning."""

Places = dict[str, set[str]]
"""Rows by table (schema.name), each by its place in the file, which stands still within one snapshot."""


def sample(session: Session, tables: Sequence[dict[str, Any]], wanted: Collection[str], count: int) -> Places:
    """Up to `count` rows of each wanted table, in the caller's transaction, which has to be REPEATABLE READ.

    `tables` are rows of rows_copied_tables: the wanted ones, and all that their foreign keys lead to.
    """
    names = [table["relation"] for table in tables]
    keys = session.execute(query("rows_keys"), {"relations": names}).fetchall()
    chosen: Places = defaultdict(set)
    fresh = {table["relation"]: _some(session, table, count) for table in tables if table["relation"] in wanted}
    while fresh:
        for relation, places in fresh.items():
            chosen[relation] |= places
        referred: Places = defaultdict(set)
        for key in keys:
            if fresh.get(key["relation"]):
                _add_parents(session, key, fresh[key["relation"]], referred)
        fresh = {relation: places - chosen[relation] for relation, places in referred.items() if places - chosen[relation]}
    return chosen


def _some(session: Session, table: dict[str, Any], count: int) -> set[str]:
    part: sql.Composable = sql.SQL("")
    if table["rows"] > SMALL * count:
        method = sql.SQL("BERNOULLI" if table["bytes"] <= READ_WHOLE else "SYSTEM")
        percent = sql.Literal(min(100.0, 100.0 * MARGIN * count / table["rows"]))
        part = sql.SQL(" TABLESAMPLE {} ({}) REPEATABLE (1)").format(method, percent)
    statement = sql.SQL("SELECT ctid::text AS place FROM ONLY {}{} LIMIT {}").format(
        identifier(table["relation"]), part, sql.Literal(count)
    )
    return {row["place"] for row in session.execute(statement).fetchall()}


def _add_parents(session: Session, key: dict[str, Any], children: set[str], referred: Places) -> None:
    """The rows that some rows refer to by one foreign key; those of a partitioned table are in its partitions."""
    only = sql.SQL("ONLY " if key["parent_kind"] == "r" else "")
    here = sql.SQL(", ").join(sql.Identifier("c", name) for name in key["columns"])
    there = sql.SQL(", ").join(sql.Identifier("p", name) for name in key["parent_columns"])
    statement = sql.SQL(
        "SELECT n.nspname || '.' || r.relname AS relation, p.ctid::text AS place"
        " FROM {}{} p JOIN pg_catalog.pg_class r ON r.oid = p.tableoid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace"
        " WHERE ({}) IN (SELECT {} FROM ONLY {} c WHERE {})"
    ).format(only, identifier(key["parent"]), there, here, identifier(key["relation"]), at("c", children))
    for row in session.execute(statement).fetchall():
        referred[row["relation"]].add(row["place"])


def at(alias: str, places: Collection[str]) -> sql.Composed:
    """The condition that picks rows by their places."""
    return sql.SQL("{} = ANY ({}::tid[])").format(sql.Identifier(alias, "ctid"), sql.Literal(sorted(places)))


def identifier(relation: str) -> sql.Identifier:
    """schema.name, quoted."""
    return sql.Identifier(*relation.split(".", 1))
