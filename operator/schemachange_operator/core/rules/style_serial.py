"""serial: a sequence with rights and an owner of its own."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import is_serial
from schemachange_operator.core.rules.reading_columns import columns_made
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="serial-column",
    finds="a serial column in a new table",
    effect="its sequence has rights and a default of its own, which a dump and a copy of the table do not keep together.",
    recipe="GENERATED ALWAYS AS IDENTITY.",
    bad="CREATE TABLE documents (id bigserial PRIMARY KEY);",
    good="CREATE TABLE documents (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
    severity="Off",
    style=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for column in columns_made(place):
        if place.node == "create_stmt" and is_serial(column):
            yield Hit(place.table, f"{column['colname']} is serial")
