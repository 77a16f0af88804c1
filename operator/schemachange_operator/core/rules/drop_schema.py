"""DROP SCHEMA and the like: everything in it is gone."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="drop-schema",
    finds="DROP SCHEMA, DROP OWNED",
    effect="whatever is in it is gone, and every table in it is locked.",
    recipe="Drop its objects one by one in changes of their own; an empty schema last.",
    bad="DROP SCHEMA archive;",
    good="CREATE SCHEMA attic;",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "drop_stmt" and place.tree["remove_type"] == "OBJECT_SCHEMA":
        for item in place.tree["objects"]:
            name = item.get("string", {}).get("sval", "")
            yield Hit("", f"the schema {name} is dropped")
    if place.node in {"drop_owned_stmt", "dropdb_stmt"}:
        yield Hit("", "a whole set of objects is dropped")
