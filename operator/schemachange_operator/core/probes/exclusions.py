"""ADD CONSTRAINT … EXCLUDE: pairs of rows that it refuses."""

from collections.abc import Iterator

from schemachange_operator.core.probes.duplicates import OWN_CODE
from schemachange_operator.core.probes.earlier import Earlier
from schemachange_operator.core.probes.expressions import askable, column, text_of
from schemachange_operator.core.probes.proved import proved
from schemachange_operator.core.probes.question import Ask, Overlaps, Question, Unaskable
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import Tree, strings


def questions(place: Place, earlier: Earlier) -> Iterator[Question]:
    """The questions about exclusion constraints that a statement raises."""
    for constraint in proved(place, earlier, "EXCLUSION"):
        items = [item["list"]["items"] for item in constraint["exclusions"]]
        names = [element["index_elem"].get("name", "") for element, _ in items]
        if not any((place.table, name) in place.course.columns for name in names):
            yield Question.of(place, place.table, "pairs of rows that the EXCLUDE refuses", _ask(constraint, items))


def _ask(constraint: Tree, items: list[list[Tree]]) -> Ask:
    keys = [item["index_elem"].get("expr") or column(item["index_elem"]["name"]) for item, _ in items]
    operators = [strings(names["list"]["items"]) for _, names in items]
    where = constraint.get("where_clause")
    if not askable(*keys, *([where] if where else [])):
        return Unaskable(OWN_CODE)
    if any(len(parts) != 1 for parts in operators):
        return Unaskable("its operators are named with their schema")
    pairs = tuple((text_of(key), parts[0]) for key, parts in zip(keys, operators, strict=True))
    return Overlaps(pairs, text_of(where) if where else "")
