"""CREATE INDEX without CONCURRENTLY: measured, SHARE on the table until the index is built."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="create-index-blocks-writes",
    finds="CREATE INDEX without CONCURRENTLY on a table in use",
    effect="writes to the table wait until the index is built.",
    recipe="CREATE INDEX CONCURRENTLY, alone in its step.",
    bad="CREATE INDEX orders_customer ON orders (customer_id);",
    good="CREATE INDEX CONCURRENTLY orders_customer ON orders (customer_id);",
    lock="Share",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "index_stmt" or place.tree.get("concurrent") or not place.large(place.table):
        return
    # ON ONLY a partitioned table makes no index on any row.
    if place.tree["relation"].get("inh") or not (place.partitioned(place.table) or not place.catalog.known):
        yield Hit(place.table, f"CREATE INDEX holds SHARE on {place.table}")
