"""SET NOT NULL and DROP CONSTRAINT in one ALTER TABLE: measured, the CHECK is dropped first, and the table is read."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="set-not-null-drops-proof",
    finds="SET NOT NULL and DROP CONSTRAINT in one ALTER TABLE",
    effect="the CHECK is dropped before it could prove anything, and the whole table is read while reads and writes wait.",
    recipe="Drop the CHECK in a statement of its own, after SET NOT NULL.",
    bad="ALTER TABLE orders ALTER COLUMN code SET NOT NULL, DROP CONSTRAINT code_set;",
    good="ALTER TABLE orders ALTER COLUMN code SET NOT NULL;\nALTER TABLE orders DROP CONSTRAINT code_set;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    dropped = [command["name"] for command in place.commands("AT_DropConstraint")]
    for command in place.commands("AT_SetNotNull"):
        if dropped and place.large(place.table):
            yield Hit(place.table, f"{command['name']} is made NOT NULL together with the end of {', '.join(dropped)}")
