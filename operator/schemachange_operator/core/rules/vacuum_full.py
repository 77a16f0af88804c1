"""VACUUM FULL: ACCESS EXCLUSIVE while the table and all of its indexes are written anew."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.kinds.classification import switched_on

RULE = Rule(
    id="vacuum-full",
    finds="VACUUM FULL",
    effect="reads and writes wait while the table is written anew, and the disk holds it twice.",
    recipe="Plain VACUUM, or pg_repack outside of a migration.",
    bad="VACUUM (FULL) orders;",
    good="VACUUM (ANALYZE) orders;",
    rewrites=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "vacuum_stmt" or not switched_on(place.tree.get("options", []), "full"):
        return
    tables = [place.range_key(item["vacuum_relation"]["relation"]) for item in place.tree.get("rels", [])]
    for table in tables or [""]:
        if not table or place.large(table):
            yield Hit(table, f"VACUUM FULL of {table or 'every table'}")
