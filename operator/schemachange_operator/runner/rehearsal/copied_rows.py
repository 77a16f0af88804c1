"""Rows of the target, put into the throw-away database; their files are removed at once."""

from pathlib import Path

import psycopg
from psycopg import sql

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.sampling import identifier
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary
from schemachange_operator.runner.analysis.copies import COPIES, Copies, Copy
from schemachange_operator.runner.rehearsal.server import DATABASE

PIECE = 2**20
SILENT = {"log_min_messages": "panic", "log_min_error_statement": "panic", "log_error_verbosity": "terse"}
"""Settings of the throw-away database: a failed statement's rows must not stand in its server's log."""


def load_copies(session: Session, work: Path) -> tuple[dict[str, int], str]:
    """Rows by table and where they are from, by a superuser's session. Raises Stop(RowsNotCopied)."""
    copies = Copies.model_validate_json((work / COPIES).read_text())
    for name, value in SILENT.items():
        session.execute(
            sql.SQL("ALTER DATABASE {} SET {} = {}").format(
                sql.Identifier(DATABASE), sql.Identifier(name), sql.Literal(value)
            )
        )
        session.execute(sql.SQL("SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    with session.transaction():
        # Neither the application's triggers nor the checks of foreign keys: the target has checked these rows.
        session.execute("SET LOCAL session_replication_role = replica")
        for table in copies.tables:
            _load(session, table, work / table.file)
            _advance(session, table.relation)
    return {table.relation: table.rows for table in copies.tables}, copies.source


def remove_copies(work: Path) -> None:
    """No row of the target is left in the work folder."""
    for file in work.glob("rows.*"):
        file.unlink()


def _load(session: Session, table: Copy, file: Path) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(identifier(table.relation), columns)
    if not table.columns:
        return
    try:
        with session.cursor() as cursor, cursor.copy(statement) as copying, file.open("rb") as rows:
            while piece := rows.read(PIECE):
                copying.write(piece)
    except psycopg.DatabaseError as error:
        raise Stop(
            Reason.ROWS_NOT_COPIED,
            f"The rows of {table.relation} do not go into the throw-away database: {primary(error)}. The target was not"
            " touched. Set spec.rehearsal.source of the SchemaPolicy to Generated.",
        ) from None


def _advance(session: Session, relation: str) -> None:
    """New rows get numbers that no copied one has."""
    for row in session.execute(query("rows_sequences"), {"relation": relation}).fetchall():
        column = sql.Identifier(row["column"])
        session.execute(
            sql.SQL("SELECT setval({}::regclass, max({})) FROM ONLY {} HAVING max({}) > 0").format(
                sql.Literal(identifier(row["sequence"]).as_string(session)), column, identifier(relation), column
            )
        )
