"""DROP of what holds no rows and is used all the same: sequences, extensions, publications, subscriptions."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="drop-object",
    finds="DROP SEQUENCE, EXTENSION, PUBLICATION or SUBSCRIPTION",
    effect="the application, or what replicates from here, fails wherever it uses it.",
    recipe="See to it that nobody uses it, first; drop it in a change with compatibility Contract.",
    bad="DROP SEQUENCE tickets;",
    good="CREATE SEQUENCE ticket_numbers;",
)
_KINDS = frozenset({"OBJECT_SEQUENCE", "OBJECT_EXTENSION", "OBJECT_PUBLICATION"})


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
