"""CREATE INDEX CONCURRENTLY IF NOT EXISTS: an invalid index of that name, left by a build that failed, is accepted."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="index-if-not-exists",
    finds="CREATE INDEX CONCURRENTLY IF NOT EXISTS where an index of that name may exist",
    effect="an index of that name is taken for the wanted one, even if it is invalid or quite another.",
    recipe="Leave IF NOT EXISTS out; drop what an earlier try left with DROP INDEX CONCURRENTLY IF EXISTS, in a step before.",
    bad="CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_note_index ON orders (note);",
    good="CREATE INDEX CONCURRENTLY orders_customer ON orders (customer_id);",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    tree = place.tree
    if place.node != "index_stmt" or not (tree.get("concurrent") and tree.get("if_not_exists")):
        return
    index = f"{place.table.rpartition('.')[0]}.{tree.get('idxname', '')}"
    if place.in_use(place.table) and (not place.catalog.known or place.index(index)[0]):
        yield Hit(place.table, f"{index} may exist")
