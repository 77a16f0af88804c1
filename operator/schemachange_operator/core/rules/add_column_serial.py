"""ADD COLUMN serial or identity: measured, the table and all of its indexes are written anew."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import has, is_serial
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="add-column-serial",
    finds="a new serial or identity column on a table in use",
    effect="the table is written anew while reads and writes wait.",
    recipe="Add a plain column and a sequence, set the default, fill the rows with a backfill.",
    bad="ALTER TABLE orders ADD COLUMN number bigserial;",
    good="CREATE SEQUENCE orders_number;\nALTER TABLE orders ADD COLUMN number bigint;\n"
    "ALTER TABLE orders ALTER COLUMN number SET DEFAULT nextval('orders_number');",
    lock="AccessExclusive",
    rewrites=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for column in place.new_columns():
        if (is_serial(column) or has(column, "IDENTITY")) and place.large(place.table):
            yield Hit(place.table, f"every row of {place.table} gets a number in {column['colname']}")
