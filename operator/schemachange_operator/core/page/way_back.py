"""How to go back, step by step, and whether that was proven: for the schema and for the rows."""

from collections.abc import Iterator

from schemachange_operator.core.page.amounts import listed, plural
from schemachange_operator.core.page.escaping import FENCE, block, code, words
from schemachange_operator.core.page.subject import NO_ROLLBACK, Subject

SHOWN = 30


def way_back(subject: Subject) -> Iterator[str]:
    """The rollback of each step, last step first, and the proof."""
    plan = subject.plan
    yield "## How to go back"
    yield ""
    yield "| step | undone by | proven |"
    yield "|---|---|---|"
    last = max((number for number, step in enumerate(plan.steps) if step.irreversible), default=-1)
    for number, step in reversed(list(enumerate(plan.steps))[:SHOWN]):
        undo = step.irreversible if step.irreversible == NO_ROLLBACK else step.undo or "nothing"
        yield f"| {code(step.name)} | {words(undo)} | {_proven(subject, number, last)} |"
    yield ""
    if len(plan.steps) > SHOWN:
        yield f"{plural(len(plan.steps) - SHOWN, 'further step')} in the same way."
        yield ""
    yield from _written(subject)
    yield from _residue(subject)
    yield from _rows(subject)


def _written(subject: Subject) -> Iterator[str]:
    for one in subject.plan.written[:SHOWN]:
        yield f"The rollback of step {code(one.step)}, written by the operator; also for a later change that brings it back:"
        yield ""
        yield f"{FENCE}sql"
        yield block(one.undo).rstrip("\n")
        yield FENCE
        yield ""


def _proven(subject: Subject, number: int, last: int) -> str:
    if number == last:
        return "no" if subject.plan.steps[number].irreversible == NO_ROLLBACK else "cannot be"
    if number < last:
        return "not past the step that cannot be undone"
    if not subject.plan.rehearsed:
        return "no, not rehearsed"
    if subject.plan.steps[number].undo.startswith("not needed"):
        return "needs none"
    if last < 0 and not subject.plan.rollback_proven:
        return "no"
    return "yes, in the rehearsal: the catalog was the same again"


def _residue(subject: Subject) -> Iterator[str]:
    if subject.plan.residue:
        yield "Left over after the rollback, without consequence for the application:"
        yield ""
        yield from (f"- {words(one.sentence())}" for one in subject.plan.residue[:SHOWN])
        yield ""


def _rows(subject: Subject) -> Iterator[str]:
    if not subject.plan.data:
        return
    kept = [one for one in subject.plan.data if one.rows_before == one.rows_after and not one.columns_changed]
    if len(kept) == len(subject.plan.data):
        tables = listed([f"{code(one.relation)} ({plural(one.rows_after, 'row')})" for one in kept], 10)
        yield f"The rehearsal's rows were the same after the rollback as before the change: {tables}."
        yield ""
        return
    yield "Rows before the change and after its rollback, in the rehearsal:"
    yield ""
    yield "| relation | rows before | rows after | values |"
    yield "|---|---|---|---|"
    for one in subject.plan.data[:SHOWN]:
        changed = [code(column) for column in one.columns_changed]
        same = f"**not the same** in {listed(changed, 5)}" if changed else "the same"
        same = same if one.rows_before == one.rows_after else f"**rows differ**; {same}"
        yield f"| {code(one.relation)} | {one.rows_before:,} | {one.rows_after:,} | {same} |"
    yield ""
