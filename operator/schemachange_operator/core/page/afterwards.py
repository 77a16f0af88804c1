"""What comes after the change: rows to fill, steps due later, and what others have to know."""

from collections.abc import Iterator

from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.core.page.escaping import code, words
from schemachange_operator.core.page.subject import Subject
from schemachange_operator.core.quarantine import place_of


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
    yield from _kept(subject, change)
    compatibility = change.spec.compatibility
    if compatibility == "Expand":
        yield "A change with compatibility Contract is due once no running version of the application uses the old parts."
    if compatibility in {"Contract", "Breaking"}:
        yield "No older version of the application can be deployed again."
    yield f"Changes that depend on {code(change.metadata.name)} can begin once it is completed."
    yield f"The Event SchemaChangeApplied tells others; ledger and status keep the record{_links(subject)}."


def _kept(subject: Subject, change: SchemaChange) -> Iterator[str]:
    policy = subject.policy or SchemaPolicySpec()
    for step in (change.spec.migration and change.spec.migration.steps) or ():
        if step.quarantine:
            days = words(step.quarantine.keep_for or policy.quarantine.keep_for)
            yield (
                f"What step {code(step.name)} puts in quarantine is kept for {days} at least; a Contract change that depends on"
                f" {code(change.metadata.name)} drops {code(place_of(step.quarantine).renamed)} after that, and waits for it."
            )


def _links(subject: Subject) -> str:
    links = subject.change.spec.links if subject.change else {}
    return f" with {', '.join(words(name) for name in sorted(links))}" if links else ""
