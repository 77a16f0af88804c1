"""ALTER TYPE of a composite type: values of every column of that type change with it."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="alter-composite-type",
    finds="ALTER TYPE … DROP or ALTER ATTRIBUTE, or any attribute with CASCADE",
    effect="values of every column, and results of every function, of that type change with it.",
    recipe="Make a new type beside the old one, and move columns and functions to it.",
    bad="ALTER TYPE address DROP ATTRIBUTE town;",
    good="ALTER TYPE address ADD ATTRIBUTE country text;",
)
_ACTIONS = frozenset({"AT_DropColumn", "AT_AlterColumnType"})


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "alter_table_stmt" or place.tree["objtype"] != "OBJECT_TYPE":
        return
    for item in place.tree["cmds"]:
        command = item["alter_table_cmd"]
        if command["subtype"] in _ACTIONS or command.get("behavior") == "DROP_CASCADE":
            yield Hit("", f"the type {place.table} changes")
