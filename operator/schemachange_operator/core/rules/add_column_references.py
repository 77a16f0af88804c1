"""ADD COLUMN … REFERENCES with a default: measured, the foreign key is checked under ACCESS EXCLUSIVE (not without default)."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import default_of, has
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="add-column-references",
    finds="a new column with REFERENCES and a default",
    effect="every row is looked up in the other table while reads and writes wait.",
    recipe="Add the column; add the foreign key as NOT VALID; validate it in another step.",
    bad="ALTER TABLE orders ADD COLUMN payer bigint DEFAULT 1 REFERENCES customers;",
    good="ALTER TABLE orders ADD COLUMN payer bigint DEFAULT 1;\n"
    "ALTER TABLE orders ADD CONSTRAINT orders_payer FOREIGN KEY (payer) REFERENCES customers NOT VALID;\n-- next step\n"
    "ALTER TABLE orders VALIDATE CONSTRAINT orders_payer;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for column in place.new_columns():
        if has(column, "FOREIGN") and default_of(column) is not None and place.large(place.table):
            yield Hit(place.table, f"the foreign key of {column['colname']} is proved at once")
