"""DROP VIEW: what reads it fails, and its grants and options are gone even if it is made again."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="drop-view",
    finds="DROP VIEW of a view that the step does not make again",
    effect="the running application fails wherever it reads the view.",
    recipe="Deploy code that does not read it, first; or CREATE OR REPLACE VIEW.",
    bad="DROP VIEW customer_names;",
    good="CREATE OR REPLACE VIEW customer_names AS SELECT id, name, region FROM customers;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "drop_stmt" or place.tree["remove_type"] != "OBJECT_VIEW":
        return
    for item in place.tree["objects"]:
        view = place.parts_key(strings(item["list"]["items"]))
        if place.in_use(view) and view not in place.course.made_in_step and not place.absent(view):
            yield Hit(view, f"{view} is dropped")
