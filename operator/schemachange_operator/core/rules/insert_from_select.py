"""INSERT … SELECT of many rows in one transaction."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rows import pinned
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import Tree, walk

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
        if query and place.in_use(place.range_key(insert["relation"])):
            source = _large_source(place, query, _named_queries(place.tree) | _named_queries(insert))
            if source:
                yield Hit(source, f"INSERT of all that is read from {source}")


def _named_queries(tree: Tree) -> dict[str, Tree]:
    """The WITH queries of a statement; what a writing one answers is empty, since the write is judged by itself."""
    found = (item["common_table_expr"] for item in tree.get("with_clause", {}).get("ctes", []))
    return {one["ctename"]: one["ctequery"].get("select_stmt", {}) for one in found}


def _large_source(place: Place, query: Tree, named: dict[str, Tree]) -> str:
    """The large relation that many rows are read from; empty where there is none."""
    if "values_lists" in query or "limit_count" in query or pinned(place, query.get("where_clause"), ""):
        return ""
    named = named | _named_queries(query)
    for one in walk(query.get("from_clause", [])):
        name = one.get("relname", "")
        if name in named and "schemaname" not in one:
            others = {other: inner for other, inner in named.items() if other != name}
            found = _large_source(place, named[name], others)
        else:
            found = place.range_key(one) if name and place.large(place.range_key(one)) else ""
        if found:
            return found
    return ""
