"""SET NOT NULL: measured, ACCESS EXCLUSIVE and a scan, skipped only behind a valid CHECK (c IS NOT NULL)."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import name_of
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="set-not-null-scans",
    finds="SET NOT NULL without a valid CHECK (… IS NOT NULL)",
    effect="the whole table is read while reads and writes wait.",
    recipe="CHECK (… IS NOT NULL) NOT VALID; VALIDATE CONSTRAINT in another step; SET NOT NULL; then drop the CHECK.",
    bad="ALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
    good="ALTER TABLE orders ADD CONSTRAINT note_set CHECK (note IS NOT NULL) NOT VALID;\n-- next step\n"
    "ALTER TABLE orders VALIDATE CONSTRAINT note_set;\n-- next step\n"
    "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;\nALTER TABLE orders DROP CONSTRAINT note_set;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if not place.large(place.table):
        return
    dropped = {command["name"] for command in place.commands("AT_DropConstraint")}
    for command in place.commands("AT_SetNotNull"):
        # Dropped in the same statement, the proof is gone first: another rule says so.
        if not dropped and not place.proves_not_null(place.table, command["name"]):
            yield Hit(place.table, f"no valid CHECK says that {command['name']} is not null")
    for constraint in place.new_constraints("NOTNULL"):
        column = name_of(constraint["keys"])
        if not constraint.get("skip_validation") and not place.proves_not_null(place.table, column):
            yield Hit(place.table, f"no valid CHECK says that {column} is not null")
