"""DROP INDEX without CONCURRENTLY: measured, ACCESS EXCLUSIVE on the table, too."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="drop-index-blocks",
    finds="DROP INDEX without CONCURRENTLY",
    effect="reads and writes of the table queue behind it while it waits for every query that runs.",
    recipe="DROP INDEX CONCURRENTLY, alone in its step.",
    bad="DROP INDEX orders_note_index;",
    good="DROP INDEX CONCURRENTLY orders_note_index;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "drop_stmt" or place.tree["remove_type"] != "OBJECT_INDEX" or place.tree.get("concurrent"):
        return
    for item in place.tree["objects"]:
        index = place.index_key(strings(item["list"]["items"]))
        table, _ = place.index(index)
        missing = place.catalog.known and place.tree.get("missing_ok") and not table
        if (not table and not missing) or place.large(table):
            yield Hit(table, f"DROP INDEX holds ACCESS EXCLUSIVE on {table or 'the table of ' + index}")
