"""DETACH PARTITION without CONCURRENTLY: measured, ACCESS EXCLUSIVE on the parent."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="detach-partition-blocks",
    finds="DETACH PARTITION without CONCURRENTLY",
    effect="reads and writes of the whole partitioned table wait.",
    recipe="DETACH PARTITION … CONCURRENTLY, alone in its step; it needs a parent without default partition.",
    bad="ALTER TABLE events DETACH PARTITION events_2025;",
    good="ALTER TABLE events DETACH PARTITION events_2025 CONCURRENTLY;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for command in place.commands("AT_DetachPartition"):
        part = command["def"]["partition_cmd"]
        if not part.get("concurrent"):
            yield Hit(place.table, f"DETACH of {place.range_key(part['name'])} holds ACCESS EXCLUSIVE on {place.table}")
