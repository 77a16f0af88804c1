"""Reasons of RollingBack, and of the ends that are not Completed."""

from schemachange_operator.api.explanations.explanation import STEPS_STAND, Explanation, Part
from schemachange_operator.api.reason import Reason

PART = Part(
    "Going back",
    "Steps are undone in reverse, each with its ledger row, and the catalog is compared with the one before the first step.",
    {
        Reason.ABORT_REFUSED: Explanation(
            "Nothing was undone: a step that cannot be undone is done, or the change is completed. " + STEPS_STAND,
            "Remove `spec.abort`: the way is forward. A completed change is undone by a new one, whose migration is its rollback.",
            "Yes, once `spec.abort` is removed.",
        ),
        Reason.ROLLBACK_FAILED: Explanation(
            "The rollback statement that the message names is undone; rollbacks before it stand. `status.steps` has what is still applied.",
            "Mend the cause on the database by hand. The rollback's own text is frozen with the change.",
            "No. Set `spec.retry` to a new value: the rollback goes on where it stands and is proved again.",
        ),
        Reason.STATE_UNPROVEN: Explanation(
            "Nobody can tell whether the catalog is as it was, or agrees with the ledger. The condition DataAtRisk is true, and no"
            " further change runs on that database. Nothing is undone by itself.",
            "Follow the runbook (docs/how-to/data-at-risk.md): find out which case it is and what stands, bring what the message names"
            " to that state, then retry; or set `spec.abort.reason` to go back.",
            "No. Set `spec.retry` to a new value: it goes on where it stands, and is proved again.",
        ),
        Reason.ABORTED: Explanation(
            "Whatever had been applied is undone, and the catalog was compared with the one before. Nothing is held. The reason that"
            " was given stands in status and in the ledger.",
            "To have the change after all, delete the object and apply it without `spec.abort`.",
            "No. It has ended.",
        ),
        Reason.DELETED: Explanation(
            "A Job that works on the target is let finish its step; everything else is stopped. The database is left as it is, and"
            " the ledger keeps the record.",
            "Wait for the Job. If the operator is gone for good, take the finalizer away by hand (docs/how-to/undo.md).",
            "Yes. The same manifest applied again goes on where the ledger stands.",
        ),
    },
)
