"""RENAME COLUMN: code that names the old column fails at once."""

from collections.abc import Iterator

from schemachange_operator.core.quarantine import quarantined
from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="rename-column",
    finds="RENAME COLUMN",
    effect="the running application fails wherever it uses the old name.",
    recipe="Add a new column, keep both with a trigger, backfill, move the code, drop the old one.",
    bad="ALTER TABLE orders RENAME COLUMN note TO remark;",
    good="ALTER TABLE orders ADD COLUMN remark text;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "rename_stmt" or place.tree["rename_type"] not in {"OBJECT_COLUMN", "OBJECT_ATTRIBUTE"}:
        return
    if place.tree["subname"] == quarantined(place.tree["newname"]):
        # It comes back from quarantine: no code uses the name that it had there.
        return
    column = (place.table, place.tree["subname"])
    if place.tree["rename_type"] == "OBJECT_ATTRIBUTE" or (place.in_use(place.table) and column not in place.course.columns):
        yield Hit(place.table, f"{place.table}.{place.tree['subname']} becomes {place.tree['newname']}")
