"""ADD COLUMN … CHECK: measured, the whole table is read, even for a nullable column without default."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import constraints
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="add-column-check",
    finds="a new column with a CHECK in its definition",
    effect="the whole table is read while reads and writes wait.",
    recipe="Add the column; add the CHECK as NOT VALID; validate it in another step.",
    bad="ALTER TABLE orders ADD COLUMN weight integer CHECK (weight > 0);",
    good="ALTER TABLE orders ADD COLUMN weight integer;\n"
    "ALTER TABLE orders ADD CONSTRAINT weight_positive CHECK (weight > 0) NOT VALID;\n-- next step\n"
    "ALTER TABLE orders VALIDATE CONSTRAINT weight_positive;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for column in place.new_columns():
        enforced = any(one["contype"] == "CONSTR_CHECK" and one.get("is_enforced") for one in constraints(column))
        if enforced and place.large(place.table):
            yield Hit(place.table, f"the CHECK of {column['colname']} is proved at once")
