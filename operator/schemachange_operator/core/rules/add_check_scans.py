"""ADD CHECK without NOT VALID: measured, ACCESS EXCLUSIVE while the whole table is read."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="add-check-scans",
    finds="ADD CONSTRAINT … CHECK without NOT VALID",
    effect="the whole table is read while reads and writes wait.",
    recipe="Add it as NOT VALID; VALIDATE CONSTRAINT in another step.",
    bad="ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total >= 0);",
    good="ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total >= 0) NOT VALID;\n-- next step\n"
    "ALTER TABLE orders VALIDATE CONSTRAINT total_positive;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for constraint in place.new_constraints("CHECK"):
        proved = constraint.get("skip_validation") or not constraint.get("is_enforced")
        if not proved and place.large(place.table):
            yield Hit(place.table, f"{constraint.get('conname') or 'the CHECK'} is proved at once")
