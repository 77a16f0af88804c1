"""A table without primary key: no backfill by key, no logical replication of updates."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import has
from schemachange_operator.core.rules.reading_columns import columns_made
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="missing-primary-key",
    finds="a new table without primary key",
    effect="its rows cannot be told apart, backfilled by key, or replicated when they change.",
    recipe="A primary key.",
    bad="CREATE TABLE documents (id bigint);",
    good="CREATE TABLE documents (id bigint PRIMARY KEY);",
    severity="Off",
    style=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    tree = place.tree
    if place.node != "create_stmt" or "inh_relations" in tree or "table_elts" not in tree:
        return
    if tree["relation"].get("relpersistence") == "t":
        return
    own = any(item.get("constraint", {}).get("contype") == "CONSTR_PRIMARY" for item in tree["table_elts"])
    like = any("table_like_clause" in item for item in tree["table_elts"])
    if not own and not like and not any(has(column, "PRIMARY") for column in columns_made(place)):
        yield Hit(place.table, f"{place.table} has none")
