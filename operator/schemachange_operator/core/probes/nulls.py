"""SET NOT NULL, NOT NULL constraints, PRIMARY KEY: rows with NULL in the column."""

from collections.abc import Iterator

from schemachange_operator.core.probes.earlier import Earlier
from schemachange_operator.core.probes.expressions import column, text_of
from schemachange_operator.core.probes.proved import proved, table_facts
from schemachange_operator.core.probes.question import Question, Rows
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import strings


def questions(place: Place, earlier: Earlier) -> Iterator[Question]:
    """The questions about NULLs that a statement raises."""
    for name in dict.fromkeys(_columns(place, earlier)):
        known = (place.table, name) in place.course.columns or place.proves_not_null(place.table, name)
        if not known:
            yield Question.of(place, place.table, f"rows with NULL in {name}", Rows(f"{text_of(column(name))} IS NULL"))


def _columns(place: Place, earlier: Earlier) -> Iterator[str]:
    if table_facts(place, place.table) is None:
        return
    for command in place.commands("AT_SetNotNull"):
        yield command["name"]
    for constraint in proved(place, earlier, "NOTNULL", "PRIMARY"):
        yield from strings(constraint.get("keys", []))
        if constraint.get("indexname"):
            yield from _indexed(place, constraint["indexname"])


def _indexed(place: Place, index: str) -> tuple[str, ...]:
    """Columns of an index that becomes a primary key: it has no expressions then."""
    _, facts = place.index(f"{place.table.rpartition('.')[0]}.{index}")
    columns = facts.definition.partition(" USING ")[2].partition("(")[2].partition(")")[0] if facts else ""
    return tuple(name.strip().strip('"') for name in columns.split(",") if name.strip())
