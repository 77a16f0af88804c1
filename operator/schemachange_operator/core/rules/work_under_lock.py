"""Rows written while a table is locked: measured, the lock of the first statement is held to the end of the step."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rows import unbatched
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="work-under-lock",
    finds="rows copied or changed in a step that holds ACCESS EXCLUSIVE",
    effect="the lock is held until they are written.",
    recipe="Put what changes rows into a step of its own, before or after.",
    bad="ALTER TABLE letters ADD COLUMN copy text;\nUPDATE letters SET copy = body WHERE number > 0;",
    good="ALTER TABLE letters ADD COLUMN copy text;\n-- next step\nUPDATE orders SET note = 'x' WHERE id = 1;",
    also=("update-unbatched",),
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node in {"update_stmt", "delete_stmt", "merge_stmt"} and place.course.locked and any(unbatched(place)):
        relation, number = place.course.locked[0]
        yield Hit(relation, f"{relation} is locked since statement {number}")
