"""ADD COLUMN … NOT NULL without a default: the server refuses it as soon as there is one row."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import default_of, has, is_serial
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="add-column-required",
    finds="a new NOT NULL column without default",
    effect="it fails on a table with rows, and inserts of the running application that do not know the column fail.",
    recipe="Give it a constant default; or add it nullable, backfill, CHECK (… IS NOT NULL) NOT VALID, validate, SET NOT NULL.",
    bad="ALTER TABLE orders ADD COLUMN channel text NOT NULL;",
    good="ALTER TABLE orders ADD COLUMN channel text NOT NULL DEFAULT 'web';",
    fails=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for column in place.new_columns():
        filled = default_of(column) is not None or is_serial(column) or has(column, "IDENTITY", "GENERATED")
        if has(column, "NOTNULL", "PRIMARY") and not filled:
            yield Hit(place.table, f"{column['colname']} has no value for the rows there are")
