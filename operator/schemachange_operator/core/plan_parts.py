"""What the plan says of statements and steps, whether they were rehearsed or only read."""

from collections.abc import Iterable, Iterator, Mapping

from schemachange_operator.core.content import Undo
from schemachange_operator.core.effects.found import Foretold
from schemachange_operator.core.plan import LockHeld, PlannedStatement, strongest
from schemachange_operator.core.sql.redaction import redact
from schemachange_operator.core.sql.statement import Statement, read_statements


def by_name(relations: Iterable[str]) -> dict[str, str]:
    """Name without schema → schema.name; the first of a name counts, as on the search path."""
    found: dict[str, str] = {}
    for relation in relations:
        found.setdefault(relation.split(".", 1)[-1], relation)
    return found


def planned_statement(
    statement: Statement,
    known: Mapping[str, str],
    *,
    held: tuple[LockHeld, ...] = (),
    duration_milliseconds: float = 0.0,
    rewritten: tuple[str, ...] = (),
    foretold: Foretold | None = None,
) -> PlannedStatement:
    """One statement of the plan. `known` is `by_name` of the relations touched; an index stays as it is written.

    Where the catalog is known, `foretold` says more than the grammar.
    """
    names = map(str, statement.relations)
    return PlannedStatement(
        number=statement.number,
        kind=statement.kind,
        text=redact(statement.text),
        transactional=statement.transactional,
        destructive=statement.destructive,
        predicted_lock=statement.lock if foretold is None else strongest([one.lock for one in foretold.effects]),
        effects=foretold.effects if foretold else (),
        opaque=foretold.opaque if foretold else "",
        relations=tuple(dict.fromkeys(name if "." in name else known.get(name, name) for name in names)),
        held=held,
        duration_milliseconds=duration_milliseconds,
        rewritten=rewritten,
    )


def undo_words(undo: Undo) -> str:
    """What undoes a step, in words."""
    if undo.irreversible is not None:
        return f"irreversible: {undo.irreversible}"
    if undo.not_needed is not None:
        return f"not needed: {undo.not_needed}"
    count = len(read_statements(undo.sql)) if undo.sql else 0
    return f"rollback of {count} statement{'' if count == 1 else 's'}"


def statement_notes(step: str, statements: Iterable[Statement]) -> Iterator[str]:
    """What the grammar alone tells a reviewer beside."""
    for statement in statements:
        for words in (*(f"may destroy {what}" for what in statement.destroys), *statement.notes):
            yield f"step {step}, statement {statement.number}: {words}"
