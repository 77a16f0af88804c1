"""Reasons of Planning, AwaitingApproval and Testing: nothing has been applied in this go."""

from schemachange_operator.api.explanations.explanation import (
    NEW_PLAN,
    NOTHING_TOUCHED,
    ONCE_MENDED,
    READ_ONLY,
    RETRY,
    Explanation,
    Part,
)
from schemachange_operator.api.reason import Reason

PLANNING = Part(
    "Planning",
    "Statements are analysed against the target, and rehearsed in a throw-away database. The target is only read.",
    {
        Reason.QUARANTINE_REFUSED: Explanation(
            "Nothing of the step is applied: the column or table stands under its own name.",
            "Take away in a step before, with a rollback of its own, what the message says stands in the way.",
            NEW_PLAN,
        ),
        Reason.RULE_VIOLATED: Explanation(
            READ_ONLY,
            "Rewrite the statement in the safe way that the message names, or waive the rule in `spec.waivers` with the reason."
            " For `lock-budget` and `duration-budget` see the reference of forecasts (docs/reference/forecast.md).",
            "No. An edit of the change, a waiver, or an edit of the policy makes a new plan.",
        ),
        Reason.REHEARSAL_FAILED: Explanation(
            READ_ONLY,
            "Mend the statement that the message names. Where the throw-away server did not answer, the log of the Job's"
            " container `rehearsal-server` says why.",
            "A server that did not answer is tried again. A statement that failed is not: edit the change, or set `spec.retry`.",
        ),
        Reason.REHEARSAL_RESTORE_FAILED: Explanation(
            READ_ONLY,
            "Use a rehearsal image that has the extensions of the target, in `spec.rehearsal.image` of the PostgresDatabase."
            " The message names the first object that could not be made.",
            "No. Another image makes a new plan; otherwise set `spec.retry` to a new value.",
        ),
        Reason.REHEARSAL_IMAGE_MISMATCH: Explanation(
            READ_ONLY,
            "Name an image with the target's major version in `spec.rehearsal.image` of the PostgresDatabase.",
            "Yes: another image makes a new plan.",
        ),
        Reason.ROWS_NOT_COPIED: Explanation(
            READ_ONLY,
            "Grant the login SELECT on the tables that the message names, or change `spec.rehearsal` of the SchemaPolicy.",
            "An edit of the policy makes a new plan; after a grant set `spec.retry` to a new value.",
        ),
        Reason.ROLLBACK_DIFFERS: Explanation(
            READ_ONLY,
            "Mend the rollback, so that what the message lists comes back, or declare the step's rollback irreversible with its reason.",
            NEW_PLAN,
        ),
        Reason.LOCK_STRONGER: Explanation(
            READ_ONLY,
            "Write the statement in another way: docs/reference/locks.md has what each locks. It is also a gap in what is"
            " foretold: report it.",
            NEW_PLAN,
        ),
        Reason.NAME_REUSED: Explanation(
            "The ledger has a change of this name with other content. " + READ_ONLY,
            "Give the new content a new name, or bring the old content back. `schg history` shows what was applied under the name.",
            NEW_PLAN,
        ),
    },
)

APPROVAL = Part(
    "Approval and test",
    "The plan is made. Nothing touches the target before enough owners have signed it and the tests have passed.",
    {
        Reason.APPROVAL_PENDING: Explanation(
            READ_ONLY,
            "An owner reads the ConfigMap that the message names and applies its `approval.yaml` (docs/how-to/approve.md)."
            " Approvals that do not count are listed with the reason.",
            "Yes, with the last approval that is wanted.",
        ),
        Reason.APPROVAL_REJECTED: Explanation(
            READ_ONLY,
            "Talk to the owner who rejected it, then edit the change: the new plan has a digest of its own, which can be approved.",
            "No. An edit makes a new plan; `spec.retry` would only make the rejected one again.",
        ),
        Reason.APPROVAL_POLICY_MISSING: Explanation(
            READ_ONLY,
            "Install the operator's manifests with the ValidatingAdmissionPolicy and its binding. Approvals older than these do not"
            " count and have to be given again.",
            ONCE_MENDED,
        ),
        Reason.APP_TESTS_FAILED: Explanation(
            "The tests ran in a throw-away database. " + NOTHING_TOUCHED,
            "The end of the tests' log is in the message. Mend the change, or the tests and their image.",
            NEW_PLAN,
        ),
    },
)

BACKUP = Part(
    "Backup",
    "Taken, and proved, directly before the step that needs it.",
    {
        Reason.BACKUP_FAILED: Explanation(
            "The step that would destroy was not begun: nothing is lost. Steps before it, as `status.steps` has them, are applied.",
            "Mend what the message names: room in the claim, rights of the login, or the tables that did not restore. An abort"
            " undoes the steps before.",
            RETRY,
        ),
    },
)
