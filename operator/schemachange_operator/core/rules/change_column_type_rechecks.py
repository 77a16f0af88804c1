"""ALTER COLUMN TYPE without a rewrite: measured, indexes with an expression or a condition are built anew, CHECKs proved anew."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.rules.type_change import type_changes

RULE = Rule(
    id="change-column-type-rechecks",
    finds="a free change of a column's type that builds an index anew or proves a CHECK again",
    effect="the index is built, or the table read, while reads and writes wait.",
    recipe="Drop the index with DROP INDEX CONCURRENTLY before and build it again after; the CHECK likewise, as NOT VALID.",
    bad="ALTER TABLE orders ALTER COLUMN code TYPE varchar(40);",
    good="ALTER TABLE invoices ALTER COLUMN reference TYPE text;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for change in type_changes(place):
        if change.effect == "free" and change.rechecked and place.large(place.table):
            yield Hit(place.table, f"{change.column} stands in {', '.join(change.rechecked)}")
