"""Whether the target's ledger lets a change be undone: it is completed there, not undone yet, and nothing rests on it."""

from collections.abc import Sequence

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.content import Reverts
from schemachange_operator.core.errors import Stop
from schemachange_operator.core.last_in_first_out import Completed, in_the_way, resting_on, undone_by
from schemachange_operator.core.plan import Difference
from schemachange_operator.postgres import ledger
from schemachange_operator.postgres.ledger_reverts import completed_since
from schemachange_operator.postgres.session import Session


def later_changes(session: Session, reverts: Reverts) -> tuple[Completed, ...]:
    """Later changes on the same relations; the rehearsal tells whether they are in the way.

    Raises Stop(RevertRefused) when the change to be undone is not completed in this database, or has been undone.
    """
    found = completed_since(session, reverts.namespace, reverts.name) if ledger.installed(session) else ()
    if not found:
        raise Stop(
            Reason.REVERT_REFUSED,
            f"The ledger of the database does not have {reverts.title()} as completed, so that there is nothing to undo."
            " Nothing was touched. Mend spec.revertOf, or spec.database.",
        )
    original, *later = found
    if original.content_digest != reverts.content_digest:
        raise Stop(
            Reason.REVERT_REFUSED,
            f"The ledger of the database has {reverts.title()} with the content {original.content_digest[:19]}, not"
            f" {reverts.content_digest[:19]}. Nothing was touched. Bring the manifest of {reverts.title()} back as it was applied.",
        )
    by = undone_by(original.key, later)
    if by:
        raise Stop(
            Reason.REVERT_REFUSED,
            f"{reverts.title()} has been undone already by {by.title}. Nothing was touched. To have it again, undo {by.title}.",
        )
    return resting_on(original, later)


def refuse_out_of_order(reverts: Reverts, later: Sequence[Completed], undoing: Sequence[Difference]) -> None:
    """Raise Stop(RevertRefused) where the rehearsal saw the revert touch what later changes made."""
    blocking = in_the_way(later, undoing)
    if blocking:
        names = ", ".join(one.title for one in blocking)
        raise Stop(
            Reason.REVERT_REFUSED,
            f"Later changes rest on what {reverts.title()} did: {names}. Nothing was touched. Undo them first, in this order, each by"
            " a change with revertOf, then set spec.retry; or give a migration of your own in the place of revertOf.",
        )
