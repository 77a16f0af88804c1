"""Every word that users see in status, conditions and Events, each with its meaning.

The reference in docs/ is generated from here; nothing else in the project spells one of these words.
"""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A published word; `meaning` is what the reference says of it."""

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Self:
        """Members are written with their meaning; looking one up takes the value alone."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.meaning = meaning
        return word


class Phase(Word):
    """Where a change is. Derived on every pass from evidence, never remembered."""

    PENDING = "Pending", "An input of the procedure is missing, or a change that this one depends on is not completed."
    PLANNING = "Planning", "Statements are analysed against the target and rehearsed in a throw-away database."
    AWAITING_APPROVAL = "AwaitingApproval", "The plan is ready and waits for the owner's approval of exactly this digest."
    TESTING = "Testing", "The application's own tests run against the changed throw-away database."
    WAITING = "Waiting", "Everything is ready; a window, suspend, or another change holds it."
    BACKING_UP = "BackingUp", "What the next step destroys, or the policy wants kept, is dumped and the dump is proved."
    APPLYING = "Applying", "A step of the migration runs on the target."
    BACKFILLING = "Backfilling", "Rows are filled in batches on the target."
    VERIFYING = "Verifying", "The difference on the target is compared with the rehearsed one; assertions are asked."
    ROLLING_BACK = "RollingBack", "Steps done so far are undone in reverse and the catalog is compared with the one before."
    COMPLETED = "Completed", "The change is applied and verified. Final."
    BLOCKED = "Blocked", "It cannot go on by itself; reason and message say why and what to do."
    ABORTED = "Aborted", "Cancelled; whatever had been applied is undone, and the reason is recorded. Final."


class PhaseOutcome(Word):
    """How a phase ended."""

    DONE = "Done", "What it was for is done."
    FAILED = "Failed", "It could not be done; the next record says why."
    GIVEN_UP = "GivenUp", "It was left for a rollback or an abort."
    MENDED = "Mended", "What blocked it was mended, or it was told to try again."
    RESTARTED = "Restarted", "An edit, a retry or a drift of the target began a new plan."


class ConditionType(Word):
    """Types of conditions on a SchemaChange."""

    READY = "Ready", "True once the change is completed."
    RECONCILING = (
        "Reconciling",
        "True while the operator works on it or waits for something that will come by itself or by approval.",
    )
    STALLED = "Stalled", "True when it cannot go on without somebody's action; the message says which."
    INPUTS_COMPLETE = "InputsComplete", "Every required input of the procedure is there."
    PLANNED = "Planned", "A plan of the current content exists, proven by a rehearsal."
    APPROVED = "Approved", "Enough valid approvals name the current plan's digest."
    TESTED = "Tested", "The rehearsal, and the application's own tests where declared, have passed."
    BACKED_UP = "BackedUp", "Every backup that the steps so far needed is taken and proved."
    APPLIED = "Applied", "Every step is done on the target."
    VERIFIED = "Verified", "The target has been compared with the rehearsal and the assertions hold."
    WAITING_FOR_LOCK = "WaitingForLock", "True while a lock is waited for; the message names who is in the way."
    REVERTED = "Reverted", "True once another change, with spec.revertOf, has undone this one; the message names it."
    DATA_AT_RISK = "DataAtRisk", "The state of the target could not be proved; no further change runs on that database."


class Task(Word):
    """What a Job is for."""

    PLAN = "plan", "Read the target, rehearse the change in a throw-away database."
    TEST = "test", "Rehearse once more, with the application's own tests."
    BACKUP = "backup", "Dump what a step destroys, prove that the dump restores."
    APPLY = "apply", "Run one SQL step on the target."
    BACKFILL = "backfill", "Fill rows in batches on the target."
    VERIFY = "verify", "Compare the target with the rehearsal, ask the assertions."
    ROLLBACK = "rollback", "Undo the steps done, in reverse, and prove the result."


class RunOutcome(Word):
    """How a Job ended."""

    RUNNING = "Running", "The Job exists and has not ended."
    DONE = "Done", "It did what it was for."
    FAILED = "Failed", "It cannot succeed by being run again."
    RETRY = "Retry", "It could not do it now; it is run again after a pause."


class StepState(Word):
    """Where one step of a change is."""

    PENDING = "Pending", "Not begun."
    RUNNING = "Running", "A Job works on it."
    DONE = "Done", "Committed on the target, with its ledger row."
    FAILED = "Failed", "It failed; nothing of it is left on the target unless the message says so."
    ROLLED_BACK = "RolledBack", "It had been done and is undone."
