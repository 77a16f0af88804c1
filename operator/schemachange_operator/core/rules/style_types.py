"""Types as the policy wants them."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import SERIAL_TYPES, read_type, type_of
from schemachange_operator.core.rules.reading_columns import columns_made
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import Tree

RULE = Rule(
    id="type-not-allowed",
    finds="a column of a type that the policy's spec.standards.types forbids, or does not allow",
    effect="it is stored in another way than the rest of the data.",
    recipe="One of the types that the policy allows.",
    bad="CREATE TABLE documents (id bigint PRIMARY KEY, price money);",
    good="CREATE TABLE documents (id bigint PRIMARY KEY, price numeric(12, 2));",
    style=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    rules = place.standards.types
    if not (rules.allowed or rules.forbidden):
        return
    allowed, forbidden = _bases(rules.allowed), _bases(rules.forbidden)
    for column, tree in _typed(place):
        base = type_of(tree)[0]
        base = SERIAL_TYPES.get(base, base)
        if base in forbidden or (allowed and base not in allowed):
            yield Hit(place.table, f"{column} is {base}")


def _bases(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset((read_type(word) or (word, (), False))[0] for word in words)


def _typed(place: Place) -> Iterator[tuple[str, Tree]]:
    for column in columns_made(place):
        yield column["colname"], column.get("type_name", {})
    if place.node == "alter_table_stmt":
        for item in place.tree["cmds"]:
            command = item["alter_table_cmd"]
            if command["subtype"] == "AT_AlterColumnType":
                yield command["name"], command["def"]["column_def"]["type_name"]
