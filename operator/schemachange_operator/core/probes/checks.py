"""CHECK, added or validated: rows for which it is false."""

from collections.abc import Iterator

from schemachange_operator.core.probes.duplicates import OWN_CODE
from schemachange_operator.core.probes.earlier import Earlier
from schemachange_operator.core.probes.expressions import askable, text_of
from schemachange_operator.core.probes.proved import proved
from schemachange_operator.core.probes.question import Question, Rows, Unaskable
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import columns_not_null, name_of
from schemachange_operator.core.sql.grammar import Tree, walk


def questions(place: Place, earlier: Earlier) -> Iterator[Question]:
    """The questions about CHECKs that a statement raises."""
    for constraint in proved(place, earlier, "CHECK"):
        expression = constraint.get("raw_expr")
        if expression is None or _about_new_columns(place, expression):
            continue
        ask = Rows(f"{text_of(expression)} IS FALSE", only=bool(constraint.get("is_no_inherit")))
        yield Question.of(place, place.table, _words(constraint), ask if askable(expression) else Unaskable(OWN_CODE))


def _words(constraint: Tree) -> str:
    expression = constraint["raw_expr"]
    if "null_test" in expression and (columns := columns_not_null(expression)):
        return f"rows with NULL in {', '.join(columns)}"
    return (
        f"rows that violate the CHECK {constraint['conname']}" if "conname" in constraint else "rows that violate the CHECK"
    )


def _about_new_columns(place: Place, expression: Tree) -> bool:
    names = {name_of(node["column_ref"].get("fields", [])) for node in walk(expression) if "column_ref" in node}
    return any((place.table, name) in place.course.columns for name in names)
