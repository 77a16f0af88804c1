"""ADD COLUMN … UNIQUE or PRIMARY KEY: measured, the index is built under ACCESS EXCLUSIVE."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import has
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="add-column-unique",
    finds="a new column with UNIQUE or PRIMARY KEY in its definition",
    effect="an index is built while reads and writes wait.",
    recipe="Add the column; CREATE UNIQUE INDEX CONCURRENTLY in another step; ADD CONSTRAINT … USING INDEX in a third.",
    bad="ALTER TABLE orders ADD COLUMN slug text UNIQUE;",
    good="ALTER TABLE orders ADD COLUMN slug text;\n-- next step\n"
    "CREATE UNIQUE INDEX CONCURRENTLY orders_slug ON orders (slug);\n-- next step\n"
    "ALTER TABLE orders ADD CONSTRAINT orders_slug UNIQUE USING INDEX orders_slug;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for column in place.new_columns():
        if has(column, "UNIQUE", "PRIMARY") and place.large(place.table):
            yield Hit(place.table, f"the index of {column['colname']} is built at once")
