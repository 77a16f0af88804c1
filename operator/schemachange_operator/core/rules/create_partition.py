"""CREATE TABLE … PARTITION OF: measured, ACCESS EXCLUSIVE on the parent (ATTACH takes SHARE UPDATE EXCLUSIVE)."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="create-partition-blocks",
    finds="CREATE TABLE … PARTITION OF a table in use",
    effect="reads and writes of the whole partitioned table wait, and its default partition is read.",
    recipe="CREATE TABLE (LIKE the parent), then ATTACH PARTITION.",
    bad="CREATE TABLE events_2027 PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');",
    good="CREATE TABLE events_2027 (LIKE events INCLUDING ALL);\n"
    "ALTER TABLE events ATTACH PARTITION events_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "create_stmt" and "partbound" in place.tree:
        parent = place.range_key(place.tree["inh_relations"][0]["range_var"])
        if place.in_use(parent):
            yield Hit(parent, f"CREATE TABLE … PARTITION OF holds ACCESS EXCLUSIVE on {parent}")
