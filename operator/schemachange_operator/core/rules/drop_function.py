"""DROP FUNCTION, PROCEDURE: callers fail; bodies in strings are no dependency that the server would notice."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import name_of
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="drop-function",
    finds="DROP FUNCTION or DROP PROCEDURE of one in use, which the step does not make again",
    effect="the application and other functions fail wherever they call it; the server does not know of bodies that do.",
    recipe="Deploy code that does not call it, first; drop it in a change with compatibility Contract.",
    bad="DROP FUNCTION order_count();",
    good="CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';",
)
_KINDS = frozenset({"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE"})


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "drop_stmt" or place.tree["remove_type"] not in _KINDS:
        return
    for item in place.tree["objects"]:
        name = name_of(item["object_with_args"]["objname"])
        if _called(place, name):
            yield Hit("", f"the function {name} is dropped")


def _called(place: Place, name: str) -> bool:
    """Whether somebody may call it: it was there, is not made again, and is no trigger's (a trigger would keep it)."""
    if name in place.course.functions or name in place.course.functions_in_step:
        return False
    ours = [text for key, text in place.catalog.functions.items() if key.partition("(")[0].rpartition(".")[2] == name]
    return not place.catalog.known or any("RETURNS trigger" not in text for text in ours)
