"""What runs when, and which procedures it invokes: review, test, backup, apply, backfill, verify, consistency."""

from collections.abc import Iterator

from schemachange_operator.api.database import Window
from schemachange_operator.core.page.amounts import listed, plural, span
from schemachange_operator.core.page.escaping import code, words
from schemachange_operator.core.page.subject import Subject
from schemachange_operator.core.plan import PlannedStep

SHOWN = 30
"""Steps of the migration that are listed."""


def course(subject: Subject) -> Iterator[str]:
    """The procedure from here on, in order."""
    yield "## What runs when"
    yield ""
    if subject.change is None:
        yield from (f"{number}. {line}" for number, line in enumerate(_steps(subject), 1))
        yield ""
        return
    lines = [*_before(subject), *_steps(subject), *_after(subject)]
    yield from (f"{number}. {line}" for number, line in enumerate(lines, 1))
    yield ""
    yield f"Procedures invoked: {_procedures(subject)}."
    yield ""


def _before(subject: Subject) -> Iterator[str]:
    change = subject.change
    assert change is not None
    who = f"; {words(change.spec.author)}, who wrote it, cannot" if change.spec.author else ""
    owners = [words(one.user or f"group {one.group}") for one in subject.database.spec.owners] if subject.database else []
    count = subject.approvals or change.spec.approval.count
    people, approve = plural(count, "person", "people"), "approves" if count == 1 else "approve"
    of = f" of the data's owners ({listed(owners)})" if owners else ""
    yield f"**Review**: {people}{of} {approve} exactly this plan{who}."
    tests = change.spec.test.app_tests
    if tests:
        yield f"**Test**: applied in a throw-away copy, the application's own tests ({code(tests.image)}), rolled back, compared."
    else:
        hours = subject.policy.rehearsal.max_age_hours if subject.policy else 0
        until = f" for {hours} hours; after that it is repeated" if hours else ""
        yield f"**Test**: the rehearsal stands as the test{until}. The change names no tests of the application."
    if change.spec.depends_on:
        names = listed([code(one.name) for one in change.spec.depends_on], 10)
        yield f"**Wait** until {names} {'is' if len(change.spec.depends_on) == 1 else 'are'} completed."
    yield f"**Wait** {_window(subject)}"


def _window(subject: Subject) -> str:
    name = subject.change.spec.apply.window if subject.change else None
    if not name:
        return "for nothing else: no maintenance window is named, so it begins as soon as it is approved and tested."
    known = next((one for one in (subject.database.spec.windows if subject.database else ()) if one.name == name), None)
    return f"for the maintenance window {code(name)}{_opening(known) if known else ''}."


def _opening(window: Window) -> str:
    days = ", ".join(window.days) or "every day"
    return f" ({days}, {window.opens} {words(window.time_zone)}, {window.minutes} minutes)"


def _steps(subject: Subject) -> Iterator[str]:
    steps = subject.plan.steps
    for step in steps[:SHOWN]:
        if step.name in subject.backed_up:
            yield f"**Back up** what step {code(step.name)} touches, and prove the backup; without it the step does not run."
        yield f"**{'Backfill' if step.kind == 'Backfill' else 'Apply'}** step {code(step.name)}: {_kind(step)}{_expected(step)}."
    if len(steps) > SHOWN:
        yield f"**Apply** {plural(len(steps) - SHOWN, 'further step')} in the same way."


def _kind(step: PlannedStep) -> str:
    if step.kind == "Backfill":
        return f"about {plural(step.rows_estimated, 'row')}, in batches beside the application"
    if step.kind == "Single":
        return "one statement that cannot be in a transaction"
    return f"one transaction of {plural(len(step.statements), 'statement')}"


def _expected(step: PlannedStep) -> str:
    return f"; {span(step.forecast)} expected" if step.forecast else ""


def _after(subject: Subject) -> Iterator[str]:
    change = subject.change
    assert change is not None
    yield "**Verify**: the target has changed as it did in the rehearsal, and nothing else of what it touches has."
    if change.spec.verify:
        names = listed([code(one.name) for one in change.spec.verify], 10)
        yield f"**Check consistency**: {plural(len(change.spec.verify), 'assertion')} about the data ({names})."


def _procedures(subject: Subject) -> str:
    steps, change = subject.plan.steps, subject.change
    filled = [code(step.name) for step in steps if step.kind == "Backfill"]
    backed_up = [code(name) for name in subject.backed_up]
    found = ["review and approval", "test", "apply with rollback", "verification"]
    found += [f"backup and restore (before {listed(backed_up)})"] if backed_up else []
    found += [f"backfill ({listed(filled)})"] if filled else []
    found += ["data consistency (assertions)"] if change is not None and change.spec.verify else []
    return ", ".join(found)
