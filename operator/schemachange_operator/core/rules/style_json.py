"""json keeps the text as it came; jsonb can be indexed and compared."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import type_of
from schemachange_operator.core.rules.reading_columns import columns_made
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="json-column",
    finds="a column of type json",
    effect="it cannot be compared or indexed, and DISTINCT on it fails.",
    recipe="jsonb.",
    bad="CREATE TABLE documents (id bigint PRIMARY KEY, body json);",
    good="CREATE TABLE documents (id bigint PRIMARY KEY, body jsonb);",
    severity="Off",
    style=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for column in columns_made(place):
        if type_of(column.get("type_name", {}))[0] == "json":
            yield Hit(place.table, f"{column['colname']} is json")
