"""Names for what a statement leaves unnamed: those that PostgreSQL would choose (indexcmds.c, pg_constraint.c)."""

from collections.abc import Iterator, Sequence
from itertools import chain, count

from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import name_of
from schemachange_operator.core.sql.grammar import Tree, strings

LONGEST = 63
"""Bytes of a name."""


def chosen(place: Place, relation: str, columns: Sequence[str], label: str) -> str:
    """table_column_label, made short enough, with a number behind it where that is taken in the schema."""
    schema, _, table = relation.rpartition(".")
    taken = set(_taken(place, schema))
    labels = chain([label], (f"{label}{number}" for number in count(1)))
    return next(name for name in (_joined(table, "_".join(columns), one) for one in labels) if name not in taken)


def _joined(first: str, second: str, label: str) -> str:
    one, two = first.encode(), second.encode()
    room = LONGEST - len(label.encode()) - 1 - (1 if two else 0)
    while len(one) + len(two) > room:
        one, two = (one[:-1], two) if len(one) > len(two) else (one, two[:-1])
    return "_".join(part.decode(errors="ignore") for part in (one, two, label.encode()) if part)


def _taken(place: Place, schema: str) -> Iterator[str]:
    for key, facts in place.catalog.relations.items():
        if key.rpartition(".")[0] == schema:
            yield key.rpartition(".")[2]
            yield from facts.constraints
            yield from (index.rpartition(".")[2] for index in facts.indexes)
    course = place.course
    yield from (name for relation, name in course.constraints if relation.rpartition(".")[0] == schema)
    yield from (key.rpartition(".")[2] for key in (*course.created, *course.indexes) if key.rpartition(".")[0] == schema)


def index_name(place: Place, relation: str, tree: Tree) -> str:
    """The name of an index that its statement leaves unnamed."""
    elements = (*tree.get("index_params", []), *tree.get("index_including_params", []))
    return chosen(place, relation, _numbered([_element(item["index_elem"]) for item in elements]), "idx")


def _element(element: Tree) -> str:
    if "name" in element:
        return str(element["name"])
    expression = element["expr"]
    if "func_call" in expression:
        return name_of(expression["func_call"]["funcname"])
    if "type_cast" in expression:
        inner = _element({"expr": expression["type_cast"]["arg"]})
        return inner if inner != "expr" else name_of(expression["type_cast"]["type_name"]["names"])
    return strings(expression.get("column_ref", {}).get("fields", []))[-1] if "column_ref" in expression else "expr"


def _numbered(names: list[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        others = (name, *(f"{name}{number}" for number in range(1, len(names) + 1)))
        found.append(next(one for one in others if one not in found))
    return found
