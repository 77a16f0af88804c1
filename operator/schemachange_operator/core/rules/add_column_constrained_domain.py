"""ADD COLUMN of a domain with constraints: measured up to 18, the table is written anew, with and without a default."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="add-column-constrained-domain",
    finds="a new column whose type is a domain with constraints",
    effect="the table is written anew while reads and writes wait.",
    recipe="Add a column of the domain's base type and a CHECK that is NOT VALID; validate it in another step.",
    bad="ALTER TABLE orders ADD COLUMN pieces positive;",
    good="ALTER TABLE orders ADD COLUMN pieces integer;\n"
    "ALTER TABLE orders ADD CONSTRAINT pieces_positive CHECK (pieces > 0) NOT VALID;\n-- next step\n"
    "ALTER TABLE orders VALIDATE CONSTRAINT pieces_positive;",
    lock="AccessExclusive",
    rewrites=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for column in place.new_columns():
        domain = place.parts_key(strings(column.get("type_name", {}).get("names", [])) or ("",))
        constrained = place.course.domains.get(domain, place.catalog.domains.get(domain, False))
        if constrained and place.large(place.table):
            yield Hit(place.table, f"{column['colname']} is of the domain {domain}")
