"""What somebody's unfinished work has left on the touched tables: invalid indexes, partitions whose detaching is pending."""

from schemachange_operator.postgres.checks.about import About
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session


def check(session: Session, about: About) -> tuple[str, ...]:
    """Tell what is there and how it is taken away; it is left alone, since it may be somebody's work under way."""
    rows = session.execute(query("check_leftovers"), {"relations": list(about.relations)}).fetchall()
    return tuple(
        f"{row['what']} {row['name']} of {row['relation']} is left over from unfinished work: it costs writes and serves no"
        f" reads. {row['remedy']}"
        for row in rows
    )
