"""DROP of what holds no rows and is used all the same: sequences, types, functions, extensions, publications."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import name_of
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="drop-object",
    finds="DROP SEQUENCE, TYPE, DOMAIN, FUNCTION, PROCEDURE, EXTENSION, PUBLICATION or SUBSCRIPTION",
    effect="the application, or what replicates from here, fails wherever it uses it.",
    recipe="See to it that nobody uses it, first; drop it in a change with compatibility Contract.",
    bad="DROP SEQUENCE tickets;",
    good="CREATE SEQUENCE ticket_numbers;",
)
_KINDS = frozenset({"OBJECT_SEQUENCE", "OBJECT_EXTENSION", "OBJECT_PUBLICATION"})
_TYPES = frozenset({"OBJECT_TYPE", "OBJECT_DOMAIN"})
_ROUTINES = frozenset({"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE"})


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "drop_subscription_stmt":
        yield Hit("", f"the subscription {place.tree['subname']} is dropped")
    if place.node != "drop_stmt":
        return
    kind, objects = place.tree["remove_type"], place.tree["objects"]
    for item in objects if kind in _KINDS else ():
        name = item["string"].get("sval", "") if "string" in item else place.parts_key(strings(item["list"]["items"]))
        if name not in place.course.created and not (kind == "OBJECT_SEQUENCE" and place.absent(name)):
            yield Hit("", f"{name} is dropped")
    for item in objects if kind in _TYPES else ():
        name = place.parts_key(strings(item["type_name"]["names"]))
        if name not in place.course.types and not place.absent(name):
            yield Hit("", f"the type {name} is dropped")
    for item in objects if kind in _ROUTINES else ():
        name = name_of(item["object_with_args"]["objname"])
        if _called(place, name):
            yield Hit("", f"{name}() is dropped")


def _called(place: Place, name: str) -> bool:
    """Whether somebody may call it: it was there, is not made again, and is no trigger's (a trigger would keep it)."""
    if name in place.course.functions or name in place.course.routines_in_step:
        return False
    ours = [text for key, text in place.catalog.functions.items() if key.partition("(")[0].rpartition(".")[2] == name]
    return not place.catalog.known or any("RETURNS trigger" not in text for text in ours)
