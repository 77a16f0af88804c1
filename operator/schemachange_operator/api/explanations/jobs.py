"""Reasons that a Job of any task can have: its pod, the way to the server, rights."""

from schemachange_operator.api.explanations.explanation import (
    AGAIN,
    NOTHING_TOUCHED,
    ONCE_MENDED,
    RETRY,
    STEPS_STAND,
    Explanation,
    Part,
)
from schemachange_operator.api.reason import Reason

PART = Part(
    "Jobs",
    "Any task can meet these: plan, test, backup, apply, backfill, verify, rollback. `status.runs` says which did.",
    {
        Reason.JOB_PENDING: Explanation(
            "The Job's pod has not begun, so nothing of its work is on the target. " + STEPS_STAND,
            "Give the cluster room, or mend what the scheduler's message names: nodes, taints, the backup's claim.",
            ONCE_MENDED,
        ),
        Reason.IMAGE_UNAVAILABLE: Explanation(
            "The Job's pod has not begun its work, so nothing of it is on the target. " + STEPS_STAND,
            "Mend the name of the image that the message names, or the registry's credentials:"
            " `spec.rehearsal.image` of the PostgresDatabase, `spec.test.appTests.image` of the change, or the operator's own image.",
            "Yes, once the image can be pulled. Another image in the PostgresDatabase or in the change begins a new plan.",
        ),
        Reason.RUNNER_LOST: Explanation(
            "A transaction that was running is undone by the server; what was committed is in the ledger with it.",
            "Nothing, as a rule: a pod was deleted or evicted, or its node was lost. If it comes again and again, look at the"
            " pod's memory limit and at the events of its namespace.",
            "Yes. The Job is made again; sessions that the lost one left are ended first, and the ledger decides what is left to do.",
        ),
        Reason.STOPPED: Explanation(
            "The running statement was cancelled and its transaction undone; of a backfill the batches so far are kept.",
            "Nothing: suspend, abort or a deleted Job asked for it.",
            "Yes, unless suspend or abort still stands.",
        ),
        Reason.SECRET_MISSING: Explanation(
            "The server was not asked. " + NOTHING_TOUCHED,
            "Create the Secret with the keys that the message names, in the namespace of the PostgresDatabase.",
            RETRY,
        ),
        Reason.DATABASE_UNREACHABLE: Explanation(
            "What was not committed is undone. When the answer to a COMMIT was lost, the ledger tells the next try what became of it.",
            "Look at the server, at `spec.connection` of the PostgresDatabase, and at network policies between its namespace and the server.",
            AGAIN,
        ),
        Reason.AUTHENTICATION_FAILED: Explanation(
            NOTHING_TOUCHED,
            "Mend user or password in the Secret, or the server's pg_hba.conf.",
            AGAIN,
        ),
        Reason.PERMISSION_MISSING: Explanation(
            "What was being done in a transaction is undone. " + STEPS_STAND,
            "Grant the right that the message names; where it gives the statement, an administrator can paste it.",
            RETRY,
        ),
        Reason.SERVER_UNSUPPORTED: Explanation(
            NOTHING_TOUCHED,
            "Name the primary itself, no pooler and no standby, in `spec.connection` of the PostgresDatabase; PostgreSQL 14 to 18.",
            "A standby met in the middle of a change (a failover) is tried again by itself, until the address leads to the primary."
            " Otherwise no: mend the connection, which makes a new plan, or set `spec.retry` to a new value.",
        ),
        Reason.DATABASE_BUSY: Explanation(
            "Another Job, or sessions that an earlier one left, work on the database. Nothing was run.",
            "Nothing, as a rule. A session that stays is named in the message by its process id; look at it in pg_stat_activity.",
            AGAIN,
        ),
        Reason.INTERNAL_ERROR: Explanation(
            "What was being done in a transaction is undone. " + STEPS_STAND,
            "Report it, with the log of the Job's pod, which holds no data. As an Event it says that the cluster refuses something"
            " to the operator (a quota, pod security, a right): mend what the message names.",
            "As an Event yes, with growing pauses. As the reason of a change no: set `spec.retry` to a new value.",
        ),
    },
)
