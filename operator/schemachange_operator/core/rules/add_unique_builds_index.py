"""ADD UNIQUE without USING INDEX: measured, the index is built under ACCESS EXCLUSIVE."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="add-unique-builds-index",
    finds="ADD CONSTRAINT … UNIQUE without USING INDEX",
    effect="an index is built while reads and writes wait.",
    recipe="CREATE UNIQUE INDEX CONCURRENTLY in a step of its own; then ADD CONSTRAINT … UNIQUE USING INDEX.",
    bad="ALTER TABLE orders ADD CONSTRAINT orders_external UNIQUE (external_id);",
    good="CREATE UNIQUE INDEX CONCURRENTLY orders_external ON orders (external_id);\n-- next step\n"
    "ALTER TABLE orders ADD CONSTRAINT orders_external UNIQUE USING INDEX orders_external;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for constraint in place.new_constraints("UNIQUE"):
        # ONLY a partitioned table makes no index on any row.
        if "indexname" not in constraint and place.large(place.table) and not place.parent_alone:
            yield Hit(place.table, f"the index of {constraint.get('conname') or 'the constraint'} is built at once")
