"""timestamp without time zone does not say when."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import type_of
from schemachange_operator.core.rules.reading_columns import columns_made
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="timestamp-without-time-zone",
    finds="a column of type timestamp without time zone",
    effect="what moment it means depends on who reads it.",
    recipe="timestamptz.",
    bad="CREATE TABLE documents (id bigint PRIMARY KEY, at timestamp);",
    good="CREATE TABLE documents (id bigint PRIMARY KEY, at timestamptz);",
    severity="Off",
    style=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for column in columns_made(place):
        if type_of(column.get("type_name", {}))[0] == "timestamp":
            yield Hit(place.table, f"{column['colname']} has no time zone")
