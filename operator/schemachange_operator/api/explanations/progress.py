"""Reasons at which nothing stops: work under way, work done, and the plain yes and no of conditions."""

from schemachange_operator.api.reason import Reason

PROGRESS = frozenset(
    {
        Reason.PLANNING,
        Reason.PLAN_READY,
        Reason.JOB_RUNNING,
        Reason.ALREADY_APPLIED,
        Reason.RESUMED,
        Reason.APPROVED,
        Reason.TEST_RUNNING,
        Reason.TESTED,
        Reason.REHEARSAL_STANDS,
        Reason.BACKUP_RUNNING,
        Reason.BACKED_UP,
        Reason.APPLY_RUNNING,
        Reason.BACKFILL_RUNNING,
        Reason.STEP_DONE,
        Reason.VERIFY_RUNNING,
        Reason.ABORT_REQUESTED,
        Reason.ROLLBACK_RUNNING,
        Reason.COMPLETED,
        Reason.REVERTED,
        Reason.WORTH_KNOWING,
        Reason.BLOCKER_ENDED,
        Reason.BLOCKER_NOT_ENDED,
        Reason.YES,
        Reason.NOT_YET,
        Reason.NOT_NEEDED,
        Reason.SCHEMA_CHANGE_APPLIED,
        Reason.BACKFILL_REQUIRED,
        Reason.EVENT_DATA_AT_RISK,
    }
)
