"""Reasons of Waiting: everything is ready, and something else comes first."""

from schemachange_operator.api.explanations.explanation import ONCE_MENDED, STEPS_STAND, Explanation, Part
from schemachange_operator.api.reason import Reason

PART = Part(
    "Waiting",
    "Looked at before each step. No step runs and no lock is held meanwhile; a step that runs is not interrupted by any of these.",
    {
        Reason.SUSPENDED: Explanation(
            STEPS_STAND + " A backfill has stopped after its batch.",
            "Set `spec.suspend` to false.",
            "Yes, once suspend is taken back.",
        ),
        Reason.WINDOW_CLOSED: Explanation(
            STEPS_STAND,
            "Wait for the window; or name another one, or none, in `spec.apply.window`.",
            "Yes, when the window opens; the message says when.",
        ),
        Reason.WINDOW_ENDS_TOO_SOON: Explanation(
            STEPS_STAND + " The next step was not begun, since it would still run when the window closes.",
            "Wait for the next opening; or name a longer window, or none, in `spec.apply.window`.",
            "Yes, when the window opens again; the message says when.",
        ),
        Reason.WINDOW_TOO_SHORT: Explanation(
            STEPS_STAND + " The step that the message names was not begun.",
            "Divide the step, do its work concurrently or as a backfill, name a longer window or none in `spec.apply.window`, or"
            " lengthen it in the PostgresDatabase. Where the forecast comes from: docs/reference/forecast.md.",
            ONCE_MENDED,
        ),
        Reason.RELATIONS_HELD: Explanation(
            "Nothing of this change is applied; the change that the message names works on the same relations.",
            "Nothing, as a rule. If the other change is blocked, mend or abort that one.",
            "Yes, once the other change has ended.",
        ),
        Reason.DATABASE_HELD: Explanation(
            STEPS_STAND + " The change that the message names has left the database in a state that nobody could prove.",
            "Mend the change that the message names: its reason is StateUnproven.",
            "Yes, once that change is mended.",
        ),
    },
)
