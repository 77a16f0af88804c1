"""Every reason that a condition, a phase, a Job's report or an Event can have, each with its meaning."""

from schemachange_operator.api.vocabulary import Word


class Reason(Word):
    """One word for why a change is where it is."""

    # Pending
    INPUT_MISSING = "InputMissing", "A required input of the procedure is missing; the message names field and remedy."
    INVALID_SQL = "InvalidSQL", "The SQL is empty, does not parse, or holds what a step may not hold."
    DATABASE_NOT_FOUND = "DatabaseNotFound", "The PostgresDatabase that spec.database names does not exist."
    DATABASE_NOT_ALLOWED = "DatabaseNotAllowed", "The PostgresDatabase does not allow changes from this namespace."
    POLICY_NOT_FOUND = "PolicyNotFound", "The SchemaPolicy that the database names does not exist."
    SOURCE_NOT_FOUND = "SourceNotFound", "A ConfigMap, or the key in it, that holds SQL does not exist."
    NO_OWNER = "NoOwner", "The database names no owner, so nobody could approve."
    NO_BACKUP_PLACE = "NoBackupPlace", "Something is destroyed and the database has no place for a backup."
    DEPENDENCY_MISSING = "DependencyMissing", "A change named in dependsOn does not exist yet."
    DEPENDENCY_NOT_COMPLETED = "DependencyNotCompleted", "A change named in dependsOn is not completed yet."
    DEPENDENCY_LOST = (
        "DependencyLost",
        "A change named in dependsOn is Completed, and the database's ledger does not have it so: a failover or restore undid it.",
    )
    REVERT_IMPOSSIBLE = (
        "RevertImpossible",
        "The change that spec.revertOf names cannot be undone by its rollbacks; the message names the step and the way out.",
    )
    REVERT_REFUSED = (
        "RevertRefused",
        "The change that spec.revertOf names is not there to be undone, or later changes rest on it; the message says which.",
    )
    DEPENDENCY_CYCLE = "DependencyCycle", "Changes depend on each other in a circle."
    EXPAND_MISSING = "ExpandMissing", "A Contract change names no Expand change that it ends, and the policy asks for one."
    WAIVER_WITHOUT_PLACE = "WaiverWithoutPlace", "A waiver names a step or a statement that the change does not have."
    OBJECT_INVALID = "ObjectInvalid", "The object, or one it names, does not have the shape that the operator knows."
    RULE_UNKNOWN = "RuleUnknown", "A policy or a waiver names a rule that does not exist."
    # Planning and Jobs in general
    PLANNING = "PlanRunning", "The plan's Job is running."
    PLAN_READY = "PlanReady", "The plan is made and rehearsed."
    JOB_PENDING = "JobPending", "A Job has been created and has not begun to work."
    JOB_RUNNING = "JobRunning", "A Job is working."
    IMAGE_UNAVAILABLE = "ImageUnavailable", "A container image cannot be pulled."
    RUNNER_LOST = "RunnerLost", "The Job's pod vanished without a report; the ledger decides what is left to do."
    SECRET_MISSING = "SecretMissing", "The Secret with the database's credentials, or a key in it, does not exist."
    DATABASE_UNREACHABLE = "DatabaseUnreachable", "The server does not answer, or ended the connection."
    AUTHENTICATION_FAILED = "AuthenticationFailed", "The server refuses the user or the password."
    PERMISSION_MISSING = "PermissionMissing", "A role lacks a right that the procedure needs."
    SERVER_UNSUPPORTED = "ServerUnsupported", "The server's version is not supported, or it is a standby."
    CONTENT_MISMATCH = "ContentMismatch", "The frozen content does not have the digest that was approved."
    REHEARSAL_IMAGE_MISMATCH = "RehearsalImageMismatch", "The rehearsal image holds another major version than the target."
    REHEARSAL_FAILED = "RehearsalFailed", "A statement failed in the throw-away database."
    REHEARSAL_RESTORE_FAILED = (
        "RehearsalRestoreFailed",
        "The target's schema could not be rebuilt in the throw-away database.",
    )
    ROWS_NOT_COPIED = (
        "RowsNotCopied",
        "The rows that the policy wants in the rehearsal could not be read from the target, or are too many.",
    )
    RULE_VIOLATED = "RuleViolated", "The policy stops a statement; the message names rule, statement and the safe way."
    ROLLBACK_DIFFERS = "RollbackDiffers", "The rollback does not bring the schema back; the message shows the difference."
    LOCK_STRONGER = (
        "LockStronger",
        "In the rehearsal a statement locked a relation more strongly, or wrote it anew, other than was foretold.",
    )
    QUARANTINE_REFUSED = (
        "QuarantineRefused",
        "A column or table cannot be taken into quarantine as it is; the message names what stands in the way.",
    )
    QUARANTINE_LASTS = (
        "QuarantineLasts",
        "The change would destroy what is in quarantine, and has to be kept for longer; the message says until when.",
    )
    NAME_REUSED = "NameReused", "A change of this name, with other content, was applied to this database before."
    ALREADY_APPLIED = "AlreadyApplied", "The ledger says that this same change has been completed before."
    RESUMED = (
        "ResumedFromLedger",
        "The same change had been begun by a deleted object; its approved plan is taken over from the ledger.",
    )
    INTERNAL_ERROR = "InternalError", "The runner met an error that it does not know; its log has the details."
    # AwaitingApproval
    APPROVAL_PENDING = "ApprovalPending", "Approvals of the current plan digest are missing."
    APPROVAL_REJECTED = "ApprovalRejected", "An owner has rejected this plan."
    APPROVAL_POLICY_MISSING = "ApprovalPolicyMissing", "The admission policy that proves who approved is not installed."
    APPROVED = "Approved", "Enough valid approvals."
    # Testing
    TEST_RUNNING = "TestRunning", "The test's Job is running."
    APP_TESTS_FAILED = "AppTestsFailed", "The application's own tests failed; the message has the end of their log."
    TESTED = "Tested", "The application's own tests have passed."
    REHEARSAL_STANDS = "RehearsalStandsAsTest", "No tests are declared; the rehearsal stands as the test."
    # Waiting
    SUSPENDED = "Suspended", "spec.suspend is true."
    WINDOW_CLOSED = "WindowClosed", "The maintenance window is closed; the message says when it opens."
    WINDOW_UNKNOWN = "WindowUnknown", "spec.apply.window names a window that the database does not have."
    WINDOW_ENDS_TOO_SOON = (
        "WindowEndsTooSoon",
        "The next step would not end before the maintenance window does; the message says when it opens again.",
    )
    WINDOW_TOO_SHORT = "WindowTooShort", "By its forecast a step takes longer than the maintenance window is ever open."
    RELATIONS_HELD = "RelationsHeld", "Another change works on the same relations."
    DATABASE_HELD = (
        "DatabaseHeld",
        "The state of another change on this database is unproven; nothing runs until that is mended.",
    )
    DATABASE_BUSY = "DatabaseBusy", "Another Job works on this database."
    # BackingUp
    BACKUP_RUNNING = "BackupRunning", "The backup's Job is running."
    BACKUP_FAILED = "BackupFailed", "The backup could not be taken or did not restore; nothing was destroyed."
    BACKED_UP = "BackedUp", "The backup is taken and proved."
    # Applying, Backfilling
    APPLY_RUNNING = "ApplyRunning", "A step is running on the target."
    BACKFILL_RUNNING = "BackfillRunning", "Rows are being filled; the message has rate, share and time left."
    BACKFILL_HELD = (
        "BackfillHeld",
        "A backfill holds because a limit of the policy's throttle is reached; it goes on by itself. The message names the limit.",
    )
    WAITING_FOR_LOCK = (
        "WaitingForLock",
        "A lock that somebody else holds is waited for, without anybody queueing behind. The message names the blocker.",
    )
    STALL_BUDGET_EXCEEDED = (
        "StallBudgetExceeded",
        "The application waited behind the step for longer than the policy allows, each time; nothing of it is applied.",
    )
    SCHEMA_DRIFTED = "SchemaDrifted", "Touched relations are no longer as they were planned for; a new plan is made."
    STATEMENT_FAILED = "StatementFailed", "A statement failed on the target."
    ROLLED_BACK_AFTER_FAILURE = (
        "RolledBackAfterFailure",
        "A step failed; everything done so far is undone and the catalog is as before.",
    )
    FAILED_PAST_IRREVERSIBLE = (
        "FailedPastIrreversible",
        "A step failed after one that cannot be undone; the steps done are listed.",
    )
    BACKFILL_FAILED = (
        "BackfillFailed",
        "Rows could not be filled, or the backfill cannot go on; what is filled is kept. The message names the rows by key.",
    )
    STEPS_LOST = (
        "StepsLost",
        "A failover or restore has undone steps that were recorded as done; it goes on from where the ledger stands.",
    )
    STOPPED = "Stopped", "The Job was asked to stop and stopped at a safe place."
    STEP_DONE = "StepDone", "A step is committed on the target."
    REPLICA_LAGS = (
        "ReplicaLags",
        "A replica is further behind than the policy allows; the step runs once it has caught up.",
    )
    DISK_TOO_SMALL = (
        "DiskTooSmall",
        "What the step writes anew would not fit on the server's disk; the message has the bytes needed and free.",
    )
    WORTH_KNOWING = (
        "WorthKnowing",
        "Seen directly before a step, and no reason to stop: long transactions, replicas, leftovers.",
    )
    BLOCKER_ENDED = "BlockerEnded", "A session in the way was cancelled or ended, as the policy's locks.endBlockers allows."
    BLOCKER_NOT_ENDED = "BlockerNotEnded", "A session that the policy allows to end could not be ended."
    # Verifying
    VERIFY_RUNNING = "VerifyRunning", "The verification's Job is running."
    DIFFERENCE_UNEXPECTED = "DifferenceUnexpected", "The target changed in another way than the rehearsal."
    ASSERTION_FAILED = "AssertionFailed", "An assertion of the change does not hold."
    # RollingBack and the ends
    ABORT_REQUESTED = "AbortRequested", "spec.abort asks for the change to be cancelled."
    ABORT_REFUSED = "AbortRefused", "A step that cannot be undone is already done."
    ROLLBACK_RUNNING = "RollbackRunning", "Steps are being undone."
    ROLLBACK_FAILED = "RollbackFailed", "A rollback statement failed; the steps still applied are listed."
    STATE_UNPROVEN = "StateUnproven", "The catalog is not as it was before, or a statement's effect cannot be told."
    ABORTED = "Aborted", "Cancelled."
    COMPLETED = "Completed", "Applied and verified."
    REVERTED = "Reverted", "Applied and verified, and undone since by the change that the message names."
    DELETED = "Deleted", "The object is being deleted; a Job that touches the target is let finish."
    # plain yes and no of conditions
    YES = "Yes", "It is so."
    NOT_YET = "NotYet", "Not reached yet."
    NOT_NEEDED = "NotNeeded", "Not needed for this change."
    # Events named by the procedure
    SCHEMA_CHANGE_APPLIED = "SchemaChangeApplied", "Signal: the schema change is applied and verified."
    BACKFILL_REQUIRED = "BackfillRequired", "Signal: a backfill has begun; the change is not done before it is."
    EVENT_DATA_AT_RISK = "DataAtRisk", "Signal: the state of the target could not be proved."
