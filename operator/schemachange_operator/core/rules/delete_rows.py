"""DELETE from a small table: nobody waits for it, and the rows are gone all the same."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rows import pinned
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="delete-rows",
    finds="DELETE from a small table in use that does not name its rows by their key",
    effect="how many rows go depends on what is in it when the change is applied, and only a backup brings them back.",
    recipe="Name the rows by their key.",
    bad="DELETE FROM regions WHERE name <> 'north';",
    good="DELETE FROM regions WHERE id = 3;",
    lock="RowExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "delete_stmt" or place.large(place.table) or not place.in_use(place.table):
        return
    if not pinned(place, place.tree.get("where_clause"), place.table):
        yield Hit(place.table, f"rows of {place.table} are deleted")
