"""UNIQUE, PRIMARY KEY, CREATE UNIQUE INDEX: keys that more than one row has."""

from collections.abc import Iterator

from schemachange_operator.core.probes.earlier import Earlier
from schemachange_operator.core.probes.expressions import askable, column, text_of
from schemachange_operator.core.probes.proved import proved, table_facts
from schemachange_operator.core.probes.question import Ask, Duplicates, Question, Unaskable
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import Tree, strings

OWN_CODE = "it calls a function that may do more than compute"


def questions(place: Place, earlier: Earlier) -> Iterator[Question]:
    """The questions about duplicates that a statement raises."""
    facts = table_facts(place, place.table)
    if facts is None:
        return
    only = facts.kind == "r"
    for constraint in proved(place, earlier, "UNIQUE", "PRIMARY"):
        keys = strings(constraint.get("keys", []))
        if keys and not _new(place, keys):
            distinct = not constraint.get("nulls_not_distinct", False)
            ask = Duplicates(tuple(text_of(column(key)) for key in keys), nulls_distinct=distinct, only=only)
            yield Question.of(place, place.table, f"duplicates in ({', '.join(keys)})", ask)
    if place.node == "index_stmt" and place.tree.get("unique") and not _there_already(place):
        elements = [item["index_elem"] for item in place.tree["index_params"]]
        names = tuple(one.get("name", "an expression") for one in elements)
        if not _new(place, names):
            yield Question.of(place, place.table, f"duplicates in ({', '.join(names)})", _of_index(place, elements, only))


def _new(place: Place, columns: tuple[str, ...]) -> bool:
    return any((place.table, name) in place.course.columns for name in columns)


def _there_already(place: Place) -> bool:
    name = place.tree.get("idxname", "")
    return bool(place.tree.get("if_not_exists")) and bool(
        place.index_key((name,)) and place.index(place.index_key((name,)))[0]
    )


def _of_index(place: Place, elements: list[Tree], only: bool) -> Ask:
    keys = [_key(element) for element in elements]
    where = place.tree.get("where_clause")
    if not askable(*keys, *([where] if where else [])):
        return Unaskable(OWN_CODE)
    return Duplicates(
        tuple(map(text_of, keys)),
        where=text_of(where) if where else "",
        nulls_distinct=not place.tree.get("nulls_not_distinct", False),
        only=only,
    )


def _key(element: Tree) -> Tree:
    expression = element["expr"] if "expr" in element else column(element["name"])
    if "collation" in element:
        return {"collate_clause": {"arg": expression, "collname": element["collation"]}}
    return expression
