"""DROP of what foreign keys refer to: measured, refused without CASCADE."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.referring import referring_keys
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="drop-referenced",
    finds="DROP TABLE, or DROP COLUMN of a key, that another table's foreign key refers to",
    effect="the server refuses it as long as the foreign key is there; CASCADE takes the foreign key along.",
    recipe="Drop the foreign key in a step of its own before.",
    bad="DROP TABLE orders;",
    good="ALTER TABLE orders RENAME CONSTRAINT quantity_positive TO quantity_above_zero;",
    also=("drop-table",),
    fails=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.tree.get("behavior") == "DROP_CASCADE":
        return
    if place.node == "drop_stmt" and place.tree["remove_type"] == "OBJECT_TABLE":
        dropped = [place.parts_key(strings(item["list"]["items"])) for item in place.tree["objects"]]
        for relation in dropped:
            for table, name, _ in referring_keys(place, relation):
                if table not in dropped:
                    yield Hit(relation, f"{name} of {table} refers to it")
    for command in place.commands("AT_DropColumn"):
        for table, name, columns in referring_keys(place, place.table):
            if command["name"] in columns and command.get("behavior") != "DROP_CASCADE":
                yield Hit(place.table, f"{name} of {table} refers to {command['name']}")
