"""LOCK TABLE: the lock is held to the end of the step."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="lock-table",
    finds="LOCK TABLE of a table in use, in SHARE or a stronger mode",
    effect="it is held to the end of the step, whatever the step still does.",
    recipe="Leave it out: the operator takes each lock with a short timeout and tries again.",
    bad="LOCK TABLE letters IN SHARE MODE;",
    good="ALTER TABLE letters SET (fillfactor = 80);",
    lock="Share",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "lock_stmt" and place.tree.get("mode", 8) >= 5:
        for item in place.tree["relations"]:
            table = place.range_key(item["range_var"])
            if place.in_use(table):
                yield Hit(table, f"LOCK TABLE {table} holds {place.made.lock}")
