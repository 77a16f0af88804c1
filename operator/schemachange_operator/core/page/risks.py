"""Risks and what is not known: duration, lock time, going back, code that cannot be read, questions that were not asked."""

from collections.abc import Iterator

from schemachange_operator.core.forecast import AS_MEASURED, NOT_MEASURED
from schemachange_operator.core.page.amounts import duration, listed, plural, span
from schemachange_operator.core.page.escaping import code, words
from schemachange_operator.core.page.subject import NO_ROLLBACK, Subject
from schemachange_operator.core.page.waiting import held_for, holding, locks, stopped
from schemachange_operator.core.plan import PlannedStep

SHOWN = 10
STEADY = frozenset({AS_MEASURED, NOT_MEASURED})


def risks(subject: Subject) -> Iterator[str]:
    """One line for each kind of risk, so that none is missing by oversight."""
    yield "## Risks and unknowns"
    yield ""
    yield f"- **Duration**: {_duration(subject)}"
    yield f"- **Lock time**: {_lock_time(subject)}"
    yield f"- **Going back**: {_going_back(subject)}"
    for opaque in _opaque(subject):
        yield f"- **Opaque code**: {opaque}"
    yield from (f"- **The rows on the target**: {line}" for line in _probes(subject))
    for one in subject.plan.circumstances:
        yield f"- **{_title(one.about)}**: {words(one.sentence)}"
    yield ""


def _title(about: str) -> str:
    """LongTransaction: Long transaction."""
    return "".join(f" {one.lower()}" if one.isupper() and at else one for at, one in enumerate(about))


def _duration(subject: Subject) -> str:
    plan = subject.plan
    seen = f"{duration(plan.duration_milliseconds)} in the rehearsal" if plan.rehearsed else "not measured"
    if plan.forecast is None:
        return f"{seen}; not reckoned for the target's sizes."
    return f"{span(plan.forecast)} expected on the target, {seen}. {_basis(plan.forecast.basis)}"


def _basis(basis: str) -> str:
    """What it was reckoned from; what is not reckoned stands last."""
    parts = basis.split("; ")
    work = [words(one) for one in parts if one not in STEADY]
    if not work:
        return f"{_capital(words(basis))}."
    rest = f"; the rest {'as measured' if AS_MEASURED in parts else 'not measured'}" if len(work) < len(parts) else ""
    return f"Basis: {'; '.join(work[:SHOWN])}{f' and {len(work) - SHOWN:,} more' if len(work) > SHOWN else ''}{rest}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lock_time(subject: Subject) -> str:
    """A lock that an earlier statement took is held until its step commits."""
    plan = subject.plan
    stalling = [step for step in plan.steps if any(_stalls(step, rehearsed=plan.rehearsed))]
    foretold = "" if plan.rehearsed else "is foretold to "
    if not stalling:
        return f"no statement {foretold or 'was seen to '}hold up the application's reads or writes."
    timeout = subject.policy.locks.timeout_milliseconds if subject.policy else 0
    bound = (
        f" A step that cannot have its lock within {duration(timeout)} gives way and tries again, so that nobody queues behind it for longer."
        if timeout and subject.change
        else ""
    )
    return f"{'; '.join(_held(step, subject) for step in stalling[:SHOWN])}.{bound}"


def _held(step: PlannedStep, subject: Subject) -> str:
    if not subject.plan.rehearsed:
        what = "foretold, not measured"
    else:
        seen = sum(one.duration_milliseconds for one in holding(step, rehearsed=True))
        what = f"held for about {duration(seen)} in the rehearsal"
    expected = held_for(step, rehearsed=subject.plan.rehearsed)
    if expected:
        what += f", {span(expected)} expected on the target"
    return f"step {code(step.name)}, {what}"


def _stalls(step: PlannedStep, *, rehearsed: bool) -> Iterator[bool]:
    for statement in step.statements:
        yield any(stopped(locks(statement, rehearsed=rehearsed)))


def _going_back(subject: Subject) -> str:
    plan = subject.plan
    final = [step for step in plan.steps if step.irreversible]
    if final and all(step.irreversible == NO_ROLLBACK for step in final):
        return f"{NO_ROLLBACK}."
    if final:
        return f"not possible past step {code(final[-1].name)}; what stands in for it is below."
    if plan.rollback_proven:
        return "proven in the rehearsal."
    return "every step has a rollback, which was not tried."


def _opaque(subject: Subject) -> list[str]:
    found = [
        f"step {code(step.name)}, statement {one.number}: {words(one.opaque)}"
        for step in subject.plan.steps
        for one in step.statements
        if one.opaque
    ]
    more = [f"{plural(len(found) - SHOWN, 'more statement')}"] if len(found) > SHOWN else []
    return found[:SHOWN] + more


def _probes(subject: Subject) -> Iterator[str]:
    probes = subject.plan.probes
    fits = [one for one in probes if one.answer == "Fits"]
    if fits:
        asked = listed([f"{words(one.question)} in {code(one.relation)}" for one in fits], 3)
        yield f"{plural(len(fits), 'question')} asked, and they fit ({asked})."
    for one in [one for one in probes if one.answer != "Fits"][:SHOWN]:
        where = f"step {code(one.step)}, statement {one.statement}: {words(one.question)} in {code(one.relation)}"
        if one.answer == "Violated":
            yield f"{where}; **{plural(one.rows, 'row')} would make it fail**{f': {words(one.reason)}' if one.reason else '.'}"
        else:
            yield f"{where} was not asked: {words(one.reason)}"
