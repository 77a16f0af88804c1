"""varchar(n): a limit that will have to be changed."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import type_of
from schemachange_operator.core.rules.reading_columns import columns_made
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="varchar-limit",
    finds="a column of type varchar(n)",
    effect="the limit is part of the type and changes with it.",
    recipe="text, with a CHECK of its length where that matters.",
    bad="CREATE TABLE documents (id bigint PRIMARY KEY, code varchar(8));",
    good="CREATE TABLE documents (id bigint PRIMARY KEY, code text);",
    severity="Off",
    style=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for column in columns_made(place):
        base, modifiers, _ = type_of(column.get("type_name", {}))
        if base == "varchar" and modifiers:
            yield Hit(place.table, f"{column['colname']} is limited to {modifiers[0]} characters")
