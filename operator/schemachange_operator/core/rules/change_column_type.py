"""ALTER COLUMN TYPE: measured for some forty pairs of types; all but the widenings write the table anew."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.rules.type_change import type_changes

RULE = Rule(
    id="change-column-type",
    finds="a change of a column's type that writes the table anew",
    effect="the table and its indexes are written anew while reads and writes wait.",
    recipe="Add a new column, keep both with a trigger, backfill, and swap the names in one short step.",
    bad="ALTER TABLE orders ALTER COLUMN quantity TYPE bigint;",
    good="ALTER TABLE invoices ALTER COLUMN reference TYPE varchar(40);",
    lock="AccessExclusive",
    rewrites=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for change in type_changes(place):
        if change.effect == "rewrite" and place.large(place.table):
            yield Hit(place.table, f"{change.column} becomes {change.target}{change.old}")
