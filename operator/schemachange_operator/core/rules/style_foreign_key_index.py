"""A foreign key without an index on its own columns: every DELETE of the other table reads this one."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="foreign-key-without-index",
    finds="a new foreign key whose columns are the first of no index",
    effect="every delete from the other table, and every change of its key, reads the whole of this table.",
    recipe="CREATE INDEX CONCURRENTLY on its columns, before.",
    bad="ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers NOT VALID;",
    good="CREATE INDEX CONCURRENTLY orders_customer_index ON orders (customer_id);\n-- next step\n"
    "ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers NOT VALID;",
    severity="Off",
    style=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    facts = place.facts(place.table)
    # Of an index that this change makes, only the table is known: it is believed.
    if facts is None or place.table in place.course.indexes.values():
        return
    for constraint in place.new_constraints("FOREIGN"):
        columns = ", ".join(strings(constraint["fk_attrs"]))
        if not any(f"({columns}" in index.definition for index in facts.indexes.values()):
            yield Hit(place.table, f"no index begins with {columns}")
