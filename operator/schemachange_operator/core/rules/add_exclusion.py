"""ADD EXCLUDE: measured, the index is built under ACCESS EXCLUSIVE; there is no other way."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="add-exclusion",
    finds="ADD CONSTRAINT … EXCLUDE",
    effect="an index is built while reads and writes wait, and there is no way around it.",
    recipe="Make a new table with the constraint and move the rows, or waive this for a maintenance window.",
    bad="ALTER TABLE orders ADD CONSTRAINT orders_no_overlap EXCLUDE USING gist (tsrange(placed_at, placed_at) WITH &&);",
    good="CREATE TABLE bookings (id bigint PRIMARY KEY, during tsrange, EXCLUDE USING gist (during WITH &&));",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for constraint in place.new_constraints("EXCLUSION"):
        if place.large(place.table):
            yield Hit(place.table, f"the index of {constraint.get('conname') or 'the constraint'} is built at once")
