"""timestamp to timestamptz and back: measured, no rewrite only while the session's TimeZone is UTC; the meaning changes in any zone."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.rules.type_change import type_changes

RULE = Rule(
    id="change-column-time-zone",
    finds="a change between timestamp and timestamptz",
    effect="TimeZone decides what each value means, in this change and in each later read and write of the application;"
    " where it is not UTC, which this operator sets, the table is written anew.",
    recipe="Add a new column, keep both with a trigger, backfill with AT TIME ZONE and the zone by name, and swap the names.",
    bad="ALTER TABLE orders ALTER COLUMN placed_at TYPE timestamptz;",
    good="ALTER TABLE orders ADD COLUMN placed timestamptz;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for change in type_changes(place):
        if change.reinterprets:
            yield Hit(place.table, f"{change.column} becomes {change.target}{change.old}")
