"""REINDEX without CONCURRENTLY: measured, SHARE on the table and ACCESS EXCLUSIVE on each index."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.kinds.classification import switched_on
from schemachange_operator.core.sql.name import of_range

RULE = Rule(
    id="reindex-blocks",
    finds="REINDEX without CONCURRENTLY",
    effect="writes wait, and so do reads that plan with the index, until it is built.",
    recipe="REINDEX … CONCURRENTLY, alone in its step.",
    bad="REINDEX INDEX orders_note_index;",
    good="REINDEX INDEX CONCURRENTLY orders_note_index;",
    lock="Share",
    rewrites=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "reindex_stmt" or switched_on(place.tree.get("params", []), "concurrently"):
        return
    if place.tree["kind"] == "REINDEX_OBJECT_INDEX":
        table, _ = place.index(place.index_key(tuple(filter(None, of_range(place.tree["relation"])))))
    else:
        table = place.table
    if not table or place.large(table):
        yield Hit(table, f"REINDEX of {table or 'what it names'}")
