"""The history of a change: every phase with its start, its end, and how it ended."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import PhaseRecord, SchemaChangeStatus
from schemachange_operator.api.vocabulary import Phase, PhaseOutcome
from schemachange_operator.core.evidence import HISTORY_MESSAGE
from schemachange_operator.core.outcome import Decision

KEPT = 60

BEGINNING = (Phase.PENDING, Phase.PLANNING)
PROVEN = (Reason.ROLLED_BACK_AFTER_FAILURE, Reason.ABORTED)
"""Reasons after a rollback that did what it was for."""


def history(before: SchemaChangeStatus, decision: Decision, now: str) -> tuple[PhaseRecord, ...]:
    """The history after a pass; the last record is open until the phase or the step changes."""
    *earlier, last = before.history or (None,)
    if last is None:
        return (_closed_if_final(_begun(decision, now), decision, now),)
    if (last.phase, last.step) == (decision.phase, decision.step):
        if last.ended_at:
            return before.history
        told = last.model_copy(update={"reason": decision.reason.value, "message": _short(decision.message)})
        records = (*earlier, _closed_if_final(told, decision, now))
    else:
        left = (
            last
            if last.ended_at
            else last.model_copy(update={"ended_at": now, "outcome": _how_it_ended(last, decision).value})
        )
        records = (*earlier, left, _closed_if_final(_begun(decision, now), decision, now))
    return tuple(record for record in records[-KEPT:] if record)


def _begun(decision: Decision, now: str) -> PhaseRecord:
    return PhaseRecord(
        phase=decision.phase.value,
        step=decision.step,
        reason=decision.reason.value,
        message=_short(decision.message),
        started_at=now,
    )


def _short(message: str) -> str:
    return message[:HISTORY_MESSAGE]


def _closed_if_final(record: PhaseRecord, decision: Decision, now: str) -> PhaseRecord:
    return record.model_copy(update={"ended_at": now, "outcome": PhaseOutcome.DONE.value}) if decision.final else record


def _how_it_ended(last: PhaseRecord, decision: Decision) -> PhaseOutcome:
    """How a phase ended shows in what comes after it."""
    if last.phase == Phase.ROLLING_BACK:
        return PhaseOutcome.DONE if decision.reason in PROVEN else PhaseOutcome.FAILED
    if decision.phase in (Phase.ROLLING_BACK, Phase.ABORTED):
        return PhaseOutcome.GIVEN_UP
    if last.phase == Phase.BLOCKED:
        return PhaseOutcome.MENDED
    if decision.phase == Phase.BLOCKED:
        return PhaseOutcome.FAILED
    if decision.phase in BEGINNING and last.phase not in BEGINNING:
        return PhaseOutcome.RESTARTED
    return PhaseOutcome.DONE
