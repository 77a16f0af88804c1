"""CREATE TABLE AS, SELECT INTO: measured, nobody waits; the source is read and written in one statement."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rows import pinned
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import Tree, walk

RULE = Rule(
    id="create-table-as",
    finds="CREATE TABLE AS or SELECT INTO from a large table",
    effect="nobody waits, but all of it is one transaction, whose snapshot keeps vacuum from cleaning up meanwhile.",
    recipe="CREATE TABLE with its columns, keys and defaults, which AS does not copy; fill it by a backfill.",
    bad="CREATE TABLE orders_copy AS SELECT * FROM orders;",
    good="CREATE TABLE orders_copy (LIKE orders INCLUDING ALL);",
    lock="AccessShare",
    severity="Note",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    query = _query(place)
    if not query or "limit_count" in query:
        return
    for node in walk(query.get("from_clause", [])):
        if "relname" in node:
            relation = place.range_key(node)
            if place.large(relation) and not pinned(place, query.get("where_clause"), relation):
                yield Hit(relation, f"rows of {relation} are copied")
                return


def _query(place: Place) -> Tree:
    if place.node == "create_table_as_stmt" and place.tree.get("objtype") == "OBJECT_TABLE":
        empty = place.tree["into"].get("skip_data", False)
        found: Tree = {} if empty else place.tree["query"].get("select_stmt", {})
        return found
    return place.tree if place.node == "select_stmt" and "into_clause" in place.tree else {}
