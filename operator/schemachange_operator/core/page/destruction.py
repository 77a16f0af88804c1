"""What is destroyed, and how it is backed up first."""

from collections.abc import Iterator

from schemachange_operator.core.page.amounts import listed, size
from schemachange_operator.core.page.escaping import code, words
from schemachange_operator.core.page.subject import Subject
from schemachange_operator.core.plan import PlannedStep

SHOWN = 20


def destruction(subject: Subject) -> Iterator[str]:
    """Nothing, in so many words; or what, and the backup."""
    steps = [step for step in subject.plan.steps if step.destroys]
    yield "## What is destroyed"
    yield ""
    yield from _steps(subject, steps) if steps else ("Nothing.",)
    if steps or subject.backed_up:
        yield ""
        yield _backup(subject)
    yield ""


def _steps(subject: Subject, steps: list[PlannedStep]) -> Iterator[str]:
    sizes = {one.relation: one for one in subject.plan.sizes}
    shown = 0
    for step in steps:
        for statement in step.statements:
            if not statement.destructive:
                continue
            shown += 1
            if shown > SHOWN:
                yield "- And more; the table of statements marks all of them."
                return
            large = [
                f"{code(name)} has about {sizes[name].rows:,} rows, {size(sizes[name].bytes)}"
                for name in statement.relations
                if name in sizes
            ]
            beside = f"; {', '.join(large[:3])}" if large else ""
            yield f"- Step {code(step.name)}, statement {statement.number}: {code(statement.text, 120)}{beside}"


def _backup(subject: Subject) -> str:
    change = subject.change
    if change is None:
        return "Take a backup before: plain SQL does not say one. The operator takes and proves one by itself."
    wanted = change.spec.backup
    scope = "the whole database" if wanted.scope == "Database" else "the rows of the tables touched, with the whole schema"
    prove_by = wanted.prove_by or (subject.policy.backup.prove_by if subject.policy else None)
    proof = {
        "Restore": "restored into a throw-away database and counted",
        "Checksum": "listed and compared with its checksums, not restored",
        None: "proved as the policy says",
    }[prove_by]
    claim = subject.database.spec.backup.claim_name if subject.database and subject.database.spec.backup else ""
    where = f" in the claim {code(claim)}" if claim else ""
    steps = listed([code(name) for name in subject.backed_up], 10)
    return f"Backup: {scope}, directly before step {steps}{where}, {words(proof)}. The step does not run without it."
