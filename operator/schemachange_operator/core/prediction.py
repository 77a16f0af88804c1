"""The plan of a change that was not rehearsed: what the grammar says of it, and the target's catalog where it was asked."""

from collections.abc import Iterable, Mapping

from schemachange_operator.core.content import Content, ContentStep
from schemachange_operator.core.effects import Foretelling, Foretold
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.plan import Effect, PlanDocument, PlannedStep, TableSize
from schemachange_operator.core.plan_parts import by_name, planned_statement, statement_notes, undo_words
from schemachange_operator.core.sql.name import read_name
from schemachange_operator.core.sql.statement import Statement, read_statements, step_kind


def predicted_plan(
    content: Content,
    *,
    server_version: str = "",
    fingerprint: str = "",
    relations: tuple[str, ...] | None = None,
    sizes: tuple[TableSize, ...] = (),
    rows: Mapping[str, int] | None = None,
    findings: tuple[Finding, ...] = (),
    foretelling: Foretelling | None = None,
) -> PlanDocument:
    """The plan of a content that `check_content` has nothing against.

    `relations` are those that the target's catalog knows; without a target they are named as the statements name them.
    """
    read = [(step, read_statements(step.sql) if step.sql else ()) for step in content.steps]
    touched = _named(read) if relations is None else relations
    known = by_name(touched)
    told = _by_grammar(read, known) if foretelling is None else foretelling
    return PlanDocument(
        content_digest=content.digest(),
        server_version=server_version,
        fingerprint=fingerprint,
        relations=touched,
        sizes=sizes,
        steps=tuple(_step(step, statements, known, rows or {}, told) for step, statements in read),
        notes=tuple(note for step, statements in read for note in statement_notes(step.name, statements)),
        findings=findings,
        rehearsed=False,
    )


def _step(
    step: ContentStep,
    statements: tuple[Statement, ...],
    known: Mapping[str, str],
    rows: Mapping[str, int],
    foretelling: Foretelling,
) -> PlannedStep:
    return PlannedStep(
        name=step.name,
        kind="Backfill" if step.backfill else step_kind(statements),
        statements=tuple(
            planned_statement(one, known, foretold=foretelling.get((step.name, one.number))) for one in statements
        ),
        destroys=any(statement.destructive for statement in statements),
        irreversible=step.undo.irreversible or "",
        undo=undo_words(step.undo),
        rows_estimated=rows.get(step.name, 0),
    )


def _by_grammar(read: Iterable[tuple[ContentStep, tuple[Statement, ...]]], known: Mapping[str, str]) -> Foretelling:
    """Without a catalog: the lock of the statement's kind on all that it names, but on nothing that the change itself made."""
    made: set[str] = set()
    told: Foretelling = {}
    for step, statements in read:
        for one in statements:
            if not one.kind.startswith("ALTER"):  # What a rename makes was there before, under another name.
                made |= {str(name) for name in one.creates}
            names = [str(name) for name in dict.fromkeys(one.relations) if str(name) not in made] if one.lock else []
            told[step.name, one.number] = Foretold(
                tuple(Effect(relation=name if "." in name else known.get(name, name), lock=one.lock) for name in names)
            )
    return told


def _named(read: Iterable[tuple[ContentStep, tuple[Statement, ...]]]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for step, statements in read:
        if step.backfill:
            names[str(read_name(step.backfill.table))] = None
        names.update((str(name), None) for statement in statements for name in statement.relations)
    return tuple(sorted(names))
