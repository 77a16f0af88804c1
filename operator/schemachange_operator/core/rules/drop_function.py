"""DROP FUNCTION, PROCEDURE: callers fail; bodies in strings are no dependency that the server would notice."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="drop-function",
    finds="DROP FUNCTION or DROP PROCEDURE of one in use, which the step does not make again",
    effect="the application and other functions fail wherever they call it; the server does not know of bodies that do.",
    recipe="Deploy code that does not call it, first; drop it in a change with compatibility Contract.",
    bad="DROP TRIGGER orders_touch ON orders;\nDROP FUNCTION touch();",
    good="CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';",
    also=("disable-trigger",),
    lock="AccessExclusive",
)
_KINDS = frozenset({"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE"})


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "drop_stmt" or place.tree["remove_type"] not in _KINDS:
        return
    for item in place.tree["objects"]:
        name = strings(item["object_with_args"].get("objname", []))[-1]
        made = name in place.course.functions or name in place.course.functions_in_step
        if not made and (place.readable(name) or not place.catalog.known):
            yield Hit("", f"the function {name} is dropped")
