"""Materialized views of the copy: a schema-only dump leaves them unpopulated, and then they cannot be read."""

import psycopg
from psycopg import sql

from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary


def populate_views(session: Session) -> tuple[str, ...]:
    """Fill every materialized view, those that read others after them; a note for each that cannot be filled."""
    failed: dict[str, str] = {}
    while True:
        views = session.execute(query("views_unpopulated")).fetchall()
        before = dict(failed)
        failed = {}
        for view in views:
            try:
                session.execute(sql.SQL("REFRESH MATERIALIZED VIEW {}").format(sql.Identifier(view["schema"], view["name"])))
            except psycopg.Error as error:
                failed[f"{view['schema']}.{view['name']}"] = primary(error)
        # One that reads another may need a further round; a round that changes nothing is the last.
        if not failed or failed.keys() == before.keys():
            return tuple(f"{name} could not be populated: {why}" for name, why in failed.items())
