"""Whether CREATE EXTENSION can succeed: the server has its files, and the role may create it."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop
from schemachange_operator.core.sql.grammar import parse
from schemachange_operator.postgres.checks.about import About
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session


def check(session: Session, about: About) -> tuple[str, ...]:
    """Raises Stop(PermissionMissing) for one that only a superuser may create, or that the server does not have."""
    for statement in about.statements:
        for parsed in parse(statement.text):
            if parsed.node == "create_extension_stmt":
                _check(session, about, parsed.tree["extname"])
    return ()


def _check(session: Session, about: About, name: str) -> None:
    row = session.execute(query("check_extension"), {"name": name, "role": about.role}).fetchone()
    if row is None:
        raise Stop(
            Reason.PERMISSION_MISSING,
            f"{about.title}: the server does not have the extension {name}. Nothing was run. Install its package on the server"
            " (and on its standbys), then set spec.retry.",
        )
    if row["there"] or row["allowed"]:
        return
    needed = (
        f"{about.role} needs CREATE on the database for it: GRANT CREATE ON DATABASE {session.info.dbname} TO {about.role};"
        if row["trusted"]
        else f"only a superuser may create it. As one: CREATE EXTENSION IF NOT EXISTS {name}; and let the step say IF NOT EXISTS."
    )
    raise Stop(
        Reason.PERMISSION_MISSING, f"{about.title}: CREATE EXTENSION {name}: {needed} Nothing was run. Then set spec.retry."
    )
