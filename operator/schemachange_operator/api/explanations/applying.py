"""Reasons of Applying, Backfilling and Verifying: something of the change is, or may be, on the target."""

from schemachange_operator.api.explanations.explanation import AGAIN, STEPS_STAND, Explanation, Part
from schemachange_operator.api.reason import Reason

UNDONE_NEXT = (
    "Nothing of the failed step is applied. Steps done before it are undone next, and the change ends as RolledBackAfterFailure;"
    " after a step that cannot be undone it is FailedPastIrreversible instead."
)

APPLYING = Part(
    "Applying and backfilling",
    "A step is the unit: it is done with its ledger row, or nothing of it is there. A backfill's unit is the batch.",
    {
        Reason.BACKFILL_HELD: Explanation(
            "Batches so far are kept; no lock is held while it rests.",
            "Nothing; the message names the limit of the policy's throttle. Raise it in the SchemaPolicy if it never gets through.",
            "Yes, once what is measured is below the limit.",
        ),
        Reason.REPLICA_LAGS: Explanation(
            "The next step was not begun. " + STEPS_STAND,
            "Nothing, as a rule. A replica that is meant to lag, or is gone: raise the limit in `spec.replication` of the SchemaPolicy.",
            AGAIN,
        ),
        Reason.DISK_TOO_SMALL: Explanation(
            "The next step was not begun. " + STEPS_STAND,
            "Make room, or enlarge the disk and say so in `spec.diskMebibytes` of the PostgresDatabase.",
            AGAIN,
        ),
        Reason.WAITING_FOR_LOCK: Explanation(
            "Between two tries the step holds no lock, and nobody queues behind it for longer than `locks.timeoutMilliseconds`. "
            + STEPS_STAND,
            "The message and the condition WaitingForLock name who is in the way: end that session's transaction, or wait."
            " A policy can allow certain sessions to be ended (docs/how-to/locks.md).",
            "Yes, as soon as the lock can be had. After `locks.patienceSeconds` the Job ends, and another one goes on after a pause.",
        ),
        Reason.STALL_BUDGET_EXCEEDED: Explanation(
            "It gave way three times, each time with its transaction undone. " + UNDONE_NEXT,
            "Apply it when there is less to do (`spec.apply.window`), rewrite it so that it needs no long lock, or raise"
            " `locks.stallMilliseconds` in the policy (docs/how-to/locks.md).",
            "No. Then edit the change, or set `spec.retry` to a new value.",
        ),
        Reason.SCHEMA_DRIFTED: Explanation(
            "Nothing of the change is applied: the touched relations, or the server, are not those that the plan was made for.",
            "The message says what is different. The new plan is to be approved again, unless it is the same.",
            "Yes. A new plan is made.",
        ),
        Reason.STATEMENT_FAILED: Explanation(
            UNDONE_NEXT + " Met by a plan, a test or a verification, it has changed nothing.",
            "The message has the server's own words. Mend the cause and edit the change, or set `spec.retry`.",
            "The rollback goes by itself; after it nothing does.",
        ),
        Reason.ROLLED_BACK_AFTER_FAILURE: Explanation(
            "Every step is undone, and the catalog was compared with the one before: it is the same. Nothing is held.",
            "The message has the cause. Edit the change; the content is free again.",
            "No. An edit makes a new plan; to try the same content again, set `spec.retry` to a new value.",
        ),
        Reason.FAILED_PAST_IRREVERSIBLE: Explanation(
            "The steps that the message lists are applied and stay, for one of them cannot be undone. Nothing of the failed step is there."
            " The relations stay reserved for this change.",
            "Mend the cause on the database; the way is forward. The backup before the step (`status.backups`) has what it destroyed.",
            "No. Set `spec.retry` to a new value: the failed step is tried again, steps done stay done.",
        ),
        Reason.BACKFILL_FAILED: Explanation(
            "The batch that failed is undone. Batches before it, and steps before it, are kept.",
            "Mend the row or the expression that the message names; or set `spec.abort.reason` to undo everything.",
            "No. Set `spec.retry` to a new value: it goes on after the last batch that was kept.",
        ),
        Reason.STEPS_LOST: Explanation(
            "Catalog and ledger agree that the steps that the message names are not there: a failover or a restore has undone them.",
            "Nothing. If rows of the application were lost with them, that is for the server's own recovery.",
            "Yes. The lost steps are done again.",
        ),
    },
)

VERIFYING = Part(
    "Verifying",
    "All steps are applied, and the ledger has the change as open until it is verified.",
    {
        Reason.DIFFERENCE_UNEXPECTED: Explanation(
            "Every step is applied. The relations stay reserved for this change.",
            "The message lists what is there and was not rehearsed, and the other way round: find out who changed it meanwhile,"
            " and bring it back; or set `spec.abort.reason` to undo the steps.",
            "No. Set `spec.retry` to a new value: it is compared again.",
        ),
        Reason.ASSERTION_FAILED: Explanation(
            "Every step is applied. The relations stay reserved for this change.",
            "Mend the data, or what the assertion asks about; or set `spec.abort.reason` to undo the steps.",
            "No. Set `spec.retry` to a new value: it is asked again.",
        ),
    },
)
