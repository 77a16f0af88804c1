"""Validation points: what is checked after the review, after the test and after each step and the whole."""

from collections.abc import Iterator

from schemachange_operator.core.page.amounts import listed, plural
from schemachange_operator.core.page.escaping import code
from schemachange_operator.core.page.subject import Subject


def validation(subject: Subject) -> Iterator[str]:
    """Where it is looked at again before it goes on; only where there is a procedure that does."""
    if subject.change is None:
        return
    yield "## Validation points"
    yield ""
    yield (
        "- **After review**: nobody approves another plan than this one; an edit, or a change of the relations touched,"
        " voids plan and approval."
    )
    yield f"- **After test**: {_test(subject)}"
    yield f"- **After apply**: {_apply(subject)}"
    yield ""


def _test(subject: Subject) -> str:
    change = subject.change
    tests = change.spec.test.app_tests if change else None
    parts = ["the copy's catalog differs as listed below after the change, and not at all after its rollback"]
    parts += ["the application's tests pass"] if tests else []
    return f"{'; '.join(parts)}."


def _apply(subject: Subject) -> str:
    change = subject.change
    filled = [code(step.name) for step in subject.plan.steps if step.kind == "Backfill"]
    differences = plural(len(subject.plan.difference), "difference")
    parts = ["each step is in the database's own ledger, in the same transaction where it has one"]
    parts.append(
        f"the target's catalog has the {differences} listed below and no other"
        if subject.plan.rehearsed
        else "the target's catalog differs as a rehearsal says"
    )
    parts += [f"no row is left for {listed(filled)}"] if filled else []
    names = [code(one.name) for one in change.spec.verify] if change else []
    parts += [f"these assertions hold: {listed(names, 20)}" if names else "no assertion of the change's own is asked"]
    return f"{'; '.join(parts)}."
