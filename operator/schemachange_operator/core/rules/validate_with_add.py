"""NOT VALID and VALIDATE in one transaction: measured, the lock of the first is held through the scan of the second."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="validate-with-add",
    finds="VALIDATE CONSTRAINT in the step that adds the constraint",
    effect="the lock of the ADD is held while the whole table is read.",
    recipe="Put VALIDATE CONSTRAINT into a step of its own.",
    bad="ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total >= 0) NOT VALID;\n"
    "ALTER TABLE orders VALIDATE CONSTRAINT total_positive;",
    good="ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total >= 0) NOT VALID;\n-- next step\n"
    "ALTER TABLE orders VALIDATE CONSTRAINT total_positive;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if not place.large(place.table):
        return
    fresh = {one.get("conname") for one in place.new_constraints("CHECK", "FOREIGN", "NOTNULL")}
    for command in place.commands("AT_ValidateConstraint"):
        added = place.course.unproven.get((place.table, command["name"]))
        if (added and added.step == place.step) or command["name"] in fresh:
            yield Hit(place.table, f"{command['name']} is added in this step")
