"""CLUSTER: measured, ACCESS EXCLUSIVE while the table is written anew."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="cluster",
    finds="CLUSTER",
    effect="reads and writes wait while the table is written anew in the order of an index.",
    recipe="pg_repack outside of a migration.",
    bad="CLUSTER orders USING orders_note_index;",
    good="ALTER TABLE orders CLUSTER ON orders_note_index;",
    lock="AccessExclusive",
    rewrites=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "cluster_stmt" and (not place.table or place.large(place.table)):
        yield Hit(place.table, f"CLUSTER of {place.table or 'every clustered table'}")
