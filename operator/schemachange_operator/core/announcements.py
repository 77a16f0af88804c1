"""Events for people and for machines: what a pass announces, from the status before and after it."""

from dataclasses import dataclass

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import SchemaChangeStatus
from schemachange_operator.api.vocabulary import Phase


@dataclass(frozen=True)
class Announcement:
    """One Event."""

    reason: Reason
    message: str
    warning: bool = False


def announcements(before: SchemaChangeStatus, after: SchemaChangeStatus) -> tuple[Announcement, ...]:
    """The Events of one pass: what Jobs have told, each change of phase, step or reason, and the signals that the procedure names."""
    return (*_told(before, after), *_moved(before, after))


def _told(before: SchemaChangeStatus, after: SchemaChangeStatus) -> tuple[Announcement, ...]:
    """Each notice once: those that stood in the status before have been announced."""
    new = [notice for notice in after.notices if notice not in before.notices]
    return tuple(
        Announcement(Reason(notice.reason), notice.message, notice.reason != Reason.WORTH_KNOWING) for notice in new
    )


def _moved(before: SchemaChangeStatus, after: SchemaChangeStatus) -> tuple[Announcement, ...]:
    if (before.phase, before.step, before.reason) == (after.phase, after.step, after.reason):
        return ()
    warning = after.phase in (Phase.BLOCKED, Phase.ABORTED)
    made = [Announcement(Reason(after.reason), f"{after.phase}: {after.message}", warning)]
    if after.phase == Phase.COMPLETED and after.reason == Reason.COMPLETED:
        made.append(
            Announcement(Reason.SCHEMA_CHANGE_APPLIED, f"Schema change applied and verified; plan {_digest(after)}.")
        )
    if after.phase == Phase.BACKFILLING and before.phase != Phase.BACKFILLING:
        made.append(
            Announcement(
                Reason.BACKFILL_REQUIRED, f"Backfill of step {after.step} has begun; the change is not done before it is."
            )
        )
    if after.reason == Reason.STATE_UNPROVEN:
        made.append(Announcement(Reason.EVENT_DATA_AT_RISK, after.message, warning=True))
    return tuple(made)


def _digest(status: SchemaChangeStatus) -> str:
    return status.plan.digest[:19] if status.plan else ""
