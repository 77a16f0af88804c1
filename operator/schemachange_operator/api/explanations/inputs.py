"""Reasons of Pending: an input of the procedure is missing, or another change comes first."""

from schemachange_operator.api.explanations.explanation import NOTHING_TOUCHED, ONCE_MENDED, Explanation, Part
from schemachange_operator.api.reason import Reason


def _input(way_on: str) -> Explanation:
    return Explanation(NOTHING_TOUCHED, way_on, ONCE_MENDED)


PART = Part(
    "Inputs and order",
    "Looked at on every pass, before anything else. A message can name several inputs at once; the reason is that of the first.",
    {
        Reason.INPUT_MISSING: _input("Fill in the field that the message names, in the way it says."),
        Reason.INVALID_SQL: _input(
            "Mend the SQL at the place that the message names. `schg plan FILE` finds the same without a cluster. A step may not"
            " hold transaction control, psql commands, or access to the server's files and programs; what cannot be in a"
            " transaction stands alone in its step."
        ),
        Reason.DATABASE_NOT_FOUND: _input("Create the PostgresDatabase, or mend `spec.database`."),
        Reason.DATABASE_NOT_ALLOWED: _input(
            "Ask the platform team to add the change's namespace to `spec.allowedNamespaces` of the PostgresDatabase."
        ),
        Reason.POLICY_NOT_FOUND: _input("Create the SchemaPolicy, or mend `spec.policy` of the PostgresDatabase."),
        Reason.SOURCE_NOT_FOUND: _input(
            "Create the ConfigMap with the key that the message names, or mend the reference to it."
        ),
        Reason.NO_OWNER: _input("Name a user or a group in `spec.owners` of the PostgresDatabase."),
        Reason.NO_BACKUP_PLACE: _input(
            "Give the PostgresDatabase a claim in `spec.backup.claimName`, or write the migration so that it destroys nothing."
        ),
        Reason.WINDOW_UNKNOWN: _input(
            "Mend the name in `spec.apply.window`, or add the window, or mend its time zone, in `spec.windows` of the PostgresDatabase."
        ),
        Reason.DEPENDENCY_MISSING: _input("Apply the change that is waited for, or take it out of `spec.dependsOn`."),
        Reason.DEPENDENCY_NOT_COMPLETED: _input(
            "Bring the change that is named to `Completed`. One that was aborted never gets there: take it out of `spec.dependsOn`."
        ),
        Reason.DEPENDENCY_CYCLE: _input("Take one of the names in the circle out of `spec.dependsOn`."),
        Reason.DEPENDENCY_LOST: Explanation(
            NOTHING_TOUCHED,
            "Delete the object of the change that was lost and apply it again, so that it is carried out once more.",
            "No. After that, set `spec.retry` to a new value.",
        ),
        Reason.REVERT_IMPOSSIBLE: _input(
            "The message names the step that has no rollback. Write a change of your own whose migration undoes it (docs/how-to/undo.md)."
        ),
        Reason.REVERT_REFUSED: Explanation(
            NOTHING_TOUCHED,
            "Mend `spec.revertOf`, or undo the later changes that the message names first, each by a change of its own.",
            "As a missing input, yes, once it is mended; where a Job has refused it, set `spec.retry` to a new value.",
        ),
        Reason.QUARANTINE_LASTS: Explanation(
            "What is in quarantine is there under its other name, and nothing of it is destroyed.",
            "Wait for the moment that the message names; with the quarantining change in `spec.dependsOn` it is waited for.",
            "Yes with `spec.dependsOn`; otherwise set `spec.retry` to a new value then.",
        ),
        Reason.EXPAND_MISSING: _input(
            "Name in `spec.dependsOn` the Expand change that this Contract change ends; or have the policy's owner set"
            " `spec.compatibility.contractNeedsExpand` to false."
        ),
        Reason.WAIVER_WITHOUT_PLACE: _input(
            "Mend step and statement in `spec.waivers`; statements are counted within their step, from 1, as the plan does."
        ),
        Reason.RULE_UNKNOWN: _input(
            "Mend the rule's name; all of them stand in the reference of the rules (docs/reference/rules.md)."
        ),
        Reason.OBJECT_INVALID: _input(
            "Install the CRDs of the operator's version (`kubectl apply -k manifests/default`), then mend the field that the message names."
        ),
        Reason.CONTENT_MISMATCH: Explanation(
            "No Job runs on a content other than the approved one. " + NOTHING_TOUCHED,
            "Bring the ConfigMaps that hold the SQL back as they were when the plan was approved. What is to run instead is a new"
            " change, or an edit once this one is undone.",
            "Yes, as soon as the sources are back; where a Job has refused the content, set `spec.retry` to a new value.",
        ),
    },
)
