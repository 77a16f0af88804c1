"""DROP TYPE, DROP DOMAIN: refused while a column has it; casts in the application fail."""

from collections.abc import Iterable, Iterator

from schemachange_operator.core.catalog_facts import ColumnFacts
from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="drop-type",
    finds="DROP TYPE or DROP DOMAIN of one that existed before",
    effect="it is refused while a column or a function has the type, and the application fails wherever it names it.",
    recipe="Change the columns and the code that name it, first; drop it in a change with compatibility Contract.",
    bad="DROP TYPE address;",
    good="CREATE TYPE place AS (town text);",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "drop_stmt" or place.tree["remove_type"] not in {"OBJECT_TYPE", "OBJECT_DOMAIN"}:
        return
    for item in place.tree["objects"]:
        name = place.parts_key(strings(item["type_name"]["names"]))
        if name in place.course.types or name in place.course.domains or place.absent(name):
            continue
        users = sorted(
            relation for relation, facts in place.catalog.relations.items() if _uses(facts.columns.values(), name)
        )
        yield Hit("", f"{name} is dropped" + (f", which {', '.join(users[:3])} still use" if users else ""))


def _uses(columns: Iterable[ColumnFacts], name: str) -> bool:
    return any(column.type.removesuffix("[]") == name for column in columns)
