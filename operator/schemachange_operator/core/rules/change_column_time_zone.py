"""timestamp to timestamptz and back: measured, free only while the session's TimeZone is UTC, and indexes are built anew even then."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.rules.type_change import type_changes

RULE = Rule(
    id="change-column-time-zone",
    finds="a change between timestamp and timestamptz",
    effect="the session's TimeZone decides what the values mean, whether the table is written anew, and indexes are built anew.",
    recipe="Add a new column, keep both with a trigger, backfill with AT TIME ZONE and the zone by name, and swap the names.",
    bad="ALTER TABLE orders ALTER COLUMN placed_at TYPE timestamptz;",
    good="ALTER TABLE orders ADD COLUMN placed timestamptz;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for change in type_changes(place):
        if change.effect == "time zone" and place.large(place.table):
            yield Hit(place.table, f"{change.column} becomes {change.target}")
