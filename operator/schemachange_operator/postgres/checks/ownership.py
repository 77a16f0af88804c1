"""Whether the migration role owns what the change touches: ALTER and DROP ask for that."""

from schemachange_operator.postgres.checks.about import About
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session


def check(session: Session, about: About) -> tuple[str, ...]:
    """Tell which relations are somebody else's. Not refused: a foreign key's other table, for one, need not be owned."""
    given = {"role": about.role, "relations": list(about.relations)}
    rows = session.execute(query("check_ownership"), given).fetchall()
    return tuple(
        f"{row['relation']} belongs to {row['owner']}, and {about.role} is not a member of it: it can neither be altered nor"
        f" dropped. If that is wanted: GRANT {row['owner']} TO {about.role}, or ALTER … OWNER TO {about.role}."
        for row in rows
    )
