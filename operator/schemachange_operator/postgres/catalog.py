"""What the catalog says: a snapshot by name, the relations that a change touches, their sizes."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import sql
from psycopg.pq import TransactionStatus

from schemachange_operator.core.plan import TableSize
from schemachange_operator.core.snapshot import Attributes, Snapshot
from schemachange_operator.core.sql.name import RelationName
from schemachange_operator.core.verdict import PHYSICAL
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

LEDGER_SCHEMA = "schemachange"

KINDS = (
    "schema",
    "table",
    "view",
    "column",
    "constraint",
    "index",
    "trigger",
    "rule",
    "policy",
    "function",
    "type",
    "sequence",
    "statistics",
    "publication",
    "published_table",
    "extension",
    "event_trigger",
    "default_privilege",
    "setting",
    "other",
)
"""Each has a query snapshot_<kind>.sql that answers a column `name` and a column for each attribute."""


def take_snapshot(session: Session, exclude_schemas: Sequence[str] = (LEDGER_SCHEMA,)) -> Snapshot:
    """The catalog by name, as of one moment, without system schemas, extensions' members and the excluded schemas.

    Outside a transaction it reads in one of its own, read-only; inside one it leaves the transaction as it was.
    """
    excluded = {"excluded": ["information_schema", *exclude_schemas]}
    own = session.info.transaction_status == TransactionStatus.IDLE
    # Rolled back, so that a caller's transaction gets its search_path back.
    with session.transaction(force_rollback=True):
        if own:
            session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # Deparsed names carry their schema only where the search path does not find them.
        session.execute("SET LOCAL search_path = pg_catalog, pg_temp")
        return {kind: _objects(session, kind, excluded) for kind in KINDS}


def take_physical(session: Session) -> Snapshot:
    """What only storage knows, by table and sequence, for a superuser: it may differ where the schema is the same."""
    return {PHYSICAL: _objects(session, PHYSICAL, {"excluded": ["information_schema", LEDGER_SCHEMA]})}


def _objects(session: Session, kind: str, parameters: dict[str, list[str]]) -> dict[str, Attributes]:
    rows = session.execute(query(f"snapshot_{kind}"), parameters).fetchall()
    return {row.pop("name"): {name: _text(value) for name, value in row.items() if value is not None} for row in rows}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def expand_relations(
    session: Session,
    names: Iterable[RelationName],
    search_path: Sequence[str],
    with_partners: Iterable[RelationName] = (),
) -> tuple[str, ...]:
    """The relations touched by a change that names some, as schema.name, ordered.

    An index stands for its table; partitions, children and parents come along, and foreign keys' other tables for those
    in `with_partners`. A name that does not exist is where it would be created.
    """
    partners = set(with_partners)
    wanted = list(dict.fromkeys([*names, *partners]))
    rows = session.execute(
        query("relations_expand"),
        {
            "schemas": [name.schema for name in wanted],
            "names": [name.name for name in wanted],
            "partners": [name in partners for name in wanted],
            "search_path": list(search_path),
        },
    ).fetchall()
    return tuple(dict.fromkeys(row["relation"] for row in rows))


def table_sizes(session: Session, relations: Iterable[str]) -> tuple[TableSize, ...]:
    """Size and estimated rows of those relations that hold rows."""
    rows = session.execute(query("relations_sizes"), {"relations": list(relations)}).fetchall()
    return tuple(
        TableSize(
            relation=row["relation"],
            rows=estimate_rows(session, row["relation"]) if row["unknown"] else row["rows"],
            bytes=row["bytes"],
        )
        for row in rows
    )


def estimate_rows(session: Session, relation: str) -> int:
    """The planner's estimate for a table that was never analysed: it goes by the size of the file."""
    schema, _, name = relation.partition(".")
    explain = sql.SQL("EXPLAIN (FORMAT JSON) SELECT FROM {}").format(sql.Identifier(schema, name))
    row = session.execute(explain).fetchone()
    return int(row["QUERY PLAN"][0]["Plan"]["Plan Rows"]) if row else 0
