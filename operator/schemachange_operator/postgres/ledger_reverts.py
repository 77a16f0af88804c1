"""What the ledger knows of changes that undo others."""

from schemachange_operator.core.content import Reverts
from schemachange_operator.core.last_in_first_out import Completed
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.postgres.ledger import Change
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session


def completed_since(session: Session, namespace: str, name: str) -> tuple[Completed, ...]:
    """A completed change and those that were completed after it, in that order; empty when it is not completed."""
    rows = session.execute(query("ledger_since"), {"namespace": namespace, "name": name}).fetchall()
    return tuple(
        Completed(
            namespace=row["namespace"],
            name=row["name"],
            content_digest=row["content_digest"],
            relations=tuple(row["relations"]),
            difference=PlanDocument.model_validate_json(row["plan"]).difference if row["plan"] else (),
            reverts=(row["reverts_namespace"], row["reverts_name"]) if row["reverts_name"] else None,
        )
        for row in rows
    )


def say_reverted(session: Session, reverts: Reverts, by: Change) -> None:
    """Write into the row of the change that was undone by whom it was."""
    outcome = f"Applied and verified. Undone since by {by.namespace}/{by.name}."
    session.execute(query("ledger_reverted"), {"namespace": reverts.namespace, "name": reverts.name, "outcome": outcome})
