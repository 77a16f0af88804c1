"""The SQL of the steps, between fences that are never longer than a reader's patience."""

from collections.abc import Iterator

from schemachange_operator.core.page.escaping import FENCE, block, code
from schemachange_operator.core.page.subject import Subject
from schemachange_operator.core.plan import PlannedStatement, PlannedStep

TEXT_SHOWN = 2_000
"""Characters of a statement that are shown; the change itself has the rest."""
FENCED = 1_500
"""Characters between two fences, beyond which the next statement begins a block of its own."""
STEPS_APART = 20
"""Steps that have a block of their own; of more, each statement says its step."""


def sql_text(subject: Subject) -> Iterator[str]:
    """Every statement, with its literals removed."""
    steps = [step for step in subject.plan.steps if step.statements]
    if not steps:
        return
    yield "## The SQL"
    yield ""
    yield "Literals are shown as `?`."
    yield ""
    if len(steps) > STEPS_APART:
        yield from _blocks((f"-- {step.name}, {one.number}", one) for step in steps for one in step.statements)
        return
    for step in steps:
        yield f"Step {code(step.name)}:"
        yield ""
        yield from _blocks(_numbered(step))


def _numbered(step: PlannedStep) -> Iterator[tuple[str, PlannedStatement]]:
    for one in step.statements:
        yield f"-- {one.number}" if len(step.statements) > 1 else "", one


def _blocks(statements: Iterator[tuple[str, PlannedStatement]]) -> Iterator[str]:
    size = 0
    for title, statement in statements:
        text = block(statement.text)
        text = text if len(text) <= TEXT_SHOWN else f"{text[:TEXT_SHOWN]}\n-- cut here; the change has the rest"
        if size and size + len(text) > FENCED:
            yield from (FENCE, "")
            size = 0
        if not size:
            yield f"{FENCE}sql"
        if title:
            yield title
        yield f"{text};"
        size += len(text) + 1
    yield from (FENCE, "")
