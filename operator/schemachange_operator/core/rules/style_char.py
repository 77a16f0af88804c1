"""char(n) is padded with blanks."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import type_of
from schemachange_operator.core.rules.reading_columns import columns_made
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="char-column",
    finds="a column of type char(n)",
    effect="values are padded with blanks.",
    recipe="text, with a CHECK of its length where that matters.",
    bad="CREATE TABLE documents (id bigint PRIMARY KEY, code char(8));",
    good="CREATE TABLE documents (id bigint PRIMARY KEY, code text);",
    severity="Off",
    style=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for column in columns_made(place):
        if type_of(column.get("type_name", {}))[0] == "bpchar":
            yield Hit(place.table, f"{column['colname']} is char")
