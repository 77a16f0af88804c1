"""How far the building of an index is, in words."""

from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session


def build_progress(session: Session, pid: int) -> str:
    """The phase that CREATE INDEX or REINDEX of a session is in; empty when it builds none."""
    row = session.execute(query("build_progress"), {"pid": pid}).fetchone()
    if row is None:
        return ""
    share = f", {row['done'] * 100 // row['total']} %" if row["total"] else ""
    return f"{row['command']}: {row['phase']}{share}"
