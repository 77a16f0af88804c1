"""A key of four bytes ends at 2,147,483,647, and its change to bigint writes the table anew."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import has, type_of
from schemachange_operator.core.rules.reading_columns import columns_made
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="short-integer-key",
    finds="a primary key of type integer, smallint or serial",
    effect="it ends at 2,147,483,647, and a wider one writes the table anew.",
    recipe="bigint, GENERATED ALWAYS AS IDENTITY.",
    bad="CREATE TABLE documents (id integer PRIMARY KEY);",
    good="CREATE TABLE documents (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
    severity="Off",
    style=True,
)
_SHORT = frozenset({"int2", "int4", "integer", "smallint", "serial", "serial4", "serial2", "smallserial"})


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for column in columns_made(place):
        base, _, _ = type_of(column.get("type_name", {}))
        if base in _SHORT and has(column, "PRIMARY"):
            yield Hit(place.table, f"{column['colname']} is {base}")
