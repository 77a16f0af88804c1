"""INSERT … SELECT of many rows in one transaction."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rows import pinned
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import walk

RULE = Rule(
    id="insert-from-select",
    finds="INSERT … SELECT from a large table into a table in use",
    effect="all rows are written in one transaction, and the replicas get it in one piece.",
    recipe="Copy in batches by key, beside the application, and keep both tables with a trigger meanwhile.",
    bad="INSERT INTO letters SELECT id, note FROM orders;",
    good="INSERT INTO letters VALUES (1001, 'a few rows');",
    lock="RowExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for node in walk({place.node: place.tree}):
        insert = node.get("insert_stmt", {})
        query = insert.get("select_stmt", {}).get("select_stmt", {})
        # Rows of a table that this change makes are in nobody's way.
        if not query or not place.in_use(place.range_key(insert["relation"])):
            continue
        if "values_lists" in query or "limit_count" in query or pinned(place, query.get("where_clause"), ""):
            continue
        for one in walk(query.get("from_clause", [])):
            if "relname" in one and place.large(place.range_key(one)):
                yield Hit(place.range_key(one), f"INSERT of all that is read from {place.range_key(one)}")
                break
