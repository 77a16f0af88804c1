"""DROP TABLE: the data is gone; foreign keys lock the other tables, too."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="drop-table",
    finds="DROP TABLE and DROP MATERIALIZED VIEW",
    effect="its data is gone, and the running application fails wherever it names it.",
    recipe="Deploy code that does not name it, first; put it in quarantine, from where it comes back at once, and drop it later.",
    bad="DROP TABLE letters;",
    good="CREATE TABLE letters_kept (number bigint PRIMARY KEY);",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "drop_stmt" and place.tree["remove_type"] in {"OBJECT_TABLE", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE"}:
        for item in place.tree["objects"]:
            relation = place.parts_key(strings(item["list"]["items"]))
            if place.in_use(relation) and not place.absent(relation):
                yield Hit(relation, f"{relation} is dropped")
