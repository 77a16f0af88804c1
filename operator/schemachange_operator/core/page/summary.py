"""The facts in a table: whose change it is, for which database, and the digests that an approval names."""

from collections.abc import Iterator

from schemachange_operator.core.finding import counted
from schemachange_operator.core.page.amounts import listed, plural, span
from schemachange_operator.core.page.escaping import code, words
from schemachange_operator.core.page.subject import Subject

COMPATIBILITY = {
    "Additive": "declared Additive: the application that runs notices nothing",
    "Expand": "declared Expand: old and new versions of the application both work",
    "Contract": "declared Contract: only versions of the application that no longer use the old parts work",
    "Breaking": "declared Breaking: the application that runs will fail; deploy both together",
}


def summary(subject: Subject, plan_digest: str = "") -> Iterator[str]:
    """One line for each fact that is known."""
    yield from ("| | |", "|---|---|")
    yield from (f"| {name} | {value} |" for name, value in _facts(subject, plan_digest) if value)
    yield ""


def _facts(subject: Subject, plan_digest: str) -> Iterator[tuple[str, str]]:
    plan = subject.plan
    yield "Database", _database(subject)
    if subject.change:
        spec = subject.change.spec
        yield "Undoes", code(spec.revert_of.name) if spec.revert_of else ""
        yield "Author", _author(spec.author, spec.designed_on)
        yield "For the running application", words(COMPATIBILITY.get(spec.compatibility or "", "not said by the author"))
        for what, where in sorted(spec.links.items()):
            yield words(what), words(where)
    yield "Findings", counted(subject.findings) or "none"
    yield "Steps", _steps(subject)
    yield "Relations touched", listed([code(name) for name in plan.relations], 10) or "none"
    yield "Plan digest", code(plan_digest)
    yield "Evidence digest", code(plan.evidence_digest()) if plan_digest else ""
    yield "Content digest", "" if plan_digest else code(plan.content_digest)


def _database(subject: Subject) -> str:
    server = f"PostgreSQL {words(subject.plan.server_version)}" if subject.plan.server_version else ""
    if subject.database is None:
        return server
    target = subject.database
    return f"{words(target.metadata.name)} ({words(target.spec.environment)}), {server}"


def _author(author: str, day: str) -> str:
    return ", designed ".join(filter(None, (words(author), words(day))))


def _steps(subject: Subject) -> str:
    plan = subject.plan
    statements = sum(len(step.statements) for step in plan.steps)
    expected = f"; {span(plan.forecast)} expected on the target" if plan.forecast else ""
    return f"{plural(len(plan.steps), 'step')}, {plural(statements, 'statement')}{expected}"
