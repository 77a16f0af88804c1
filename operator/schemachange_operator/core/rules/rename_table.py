"""RENAME TABLE and SET SCHEMA: code that uses the old name fails at once, unless a view takes its place in the same step."""

from collections.abc import Iterator

from schemachange_operator.core.quarantine import quarantined
from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="rename-table",
    finds="a table, view or sequence that is renamed or moved to another schema",
    effect="the running application fails wherever it uses the old name.",
    recipe="In the same step, create a view of the old name that reads the new one; drop it when no code uses it.",
    bad="ALTER TABLE letters RENAME TO post;",
    good="ALTER TABLE letters RENAME TO post;\nCREATE VIEW letters AS SELECT * FROM post;",
    lock="AccessExclusive",
)
_KINDS = frozenset({"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE"})


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node not in {"rename_stmt", "alter_object_schema_stmt"}:
        return
    kind = place.tree.get("rename_type") or place.tree.get("object_type")
    if kind not in _KINDS or not place.in_use(place.table):
        return
    if place.tree.get("newname") and place.table.rpartition(".")[2] == quarantined(place.tree["newname"]):
        # It comes back from quarantine: no code uses the name that it had there.
        return
    facts, course = place.facts(place.table), place.course
    becomes = f"{place.table} becomes {place.tree.get('newname') or place.tree.get('newschema')}"
    granted = {place.table, f"{place.table.rpartition('.')[0]}.*"} & course.granted_in_step
    if place.table not in course.standing_in:
        yield Hit(place.table, becomes)
    elif facts and facts.granted and not granted:
        names = ", ".join(role or "PUBLIC" for role in facts.granted)
        yield Hit(place.table, f"{becomes}, and {names} had rights on it that what takes its place has not")
