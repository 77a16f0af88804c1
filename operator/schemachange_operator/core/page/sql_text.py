"""The SQL of the steps, between fences that are never longer than a reader's patience."""

from collections.abc import Iterator

from schemachange_operator.core.page.escaping import FENCE, block, code
from schemachange_operator.core.page.subject import Subject
from schemachange_operator.core.plan import PlannedStep

TEXT_SHOWN = 2_000
"""Characters of a statement that are shown; the change itself has the rest."""
FENCED = 1_500
"""Characters between two fences, beyond which the next statement begins a block of its own."""


def sql_text(subject: Subject) -> Iterator[str]:
    """Every statement, with its literals removed."""
    if not any(step.statements for step in subject.plan.steps):
        return
    yield "## The SQL"
    yield ""
    yield "Literals are shown as `?`."
    yield ""
    for step in subject.plan.steps:
        if step.statements:
            yield f"Step {code(step.name)}:"
            yield ""
            yield from _blocks(step)


def _blocks(step: PlannedStep) -> Iterator[str]:
    size = 0
    for statement in step.statements:
        text = block(statement.text)
        text = text if len(text) <= TEXT_SHOWN else f"{text[:TEXT_SHOWN]}\n-- cut here; the change has the rest"
        if size and size + len(text) > FENCED:
            yield from (FENCE, "")
            size = 0
        if not size:
            yield f"{FENCE}sql"
        if len(step.statements) > 1:
            yield f"-- {statement.number}"
        yield f"{text};"
        size += len(text) + 1
    yield from (FENCE, "")
