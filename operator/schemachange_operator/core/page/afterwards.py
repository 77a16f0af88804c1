"""What comes after the change: rows to fill, steps due later, and what others have to know."""

from collections.abc import Iterator

from schemachange_operator.core.page.escaping import code, words
from schemachange_operator.core.page.subject import Subject


def afterwards(subject: Subject) -> Iterator[str]:
    """Nothing is promised that nobody does."""
    lines = list(_lines(subject))
    if lines:
        yield "## What comes after"
        yield ""
        yield from (f"- {line}" for line in lines)
        yield ""


def _lines(subject: Subject) -> Iterator[str]:
    change = subject.change
    if change is None:
        return
    for step in subject.plan.steps:
        if step.kind == "Backfill":
            yield f"Backfill: step {code(step.name)} is part of the change, which is not completed before its rows are filled."
    compatibility = change.spec.compatibility
    if compatibility == "Expand":
        yield "A change with compatibility Contract is due once no running version of the application uses the old parts."
    if compatibility in {"Contract", "Breaking"}:
        yield "No older version of the application can be deployed again."
    yield f"Changes that depend on {code(change.metadata.name)} can begin once it is completed."
    yield f"The Event SchemaChangeApplied tells others; ledger and status keep the record{_links(subject)}."


def _links(subject: Subject) -> str:
    links = subject.change.spec.links if subject.change else {}
    return f" with {', '.join(words(name) for name in sorted(links))}" if links else ""
