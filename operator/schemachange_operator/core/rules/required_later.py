"""A new column without default that is made required: measured, inserts that do not know it fail."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import columns_not_null
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="new-column-required-later",
    finds="SET NOT NULL, or a CHECK that says the same, for a new column that neither a default nor a trigger gives a value to",
    effect="inserts of the running application that do not know the column fail.",
    recipe="Give it a default, or a trigger that fills it, before; or make it required in a change after the new code is deployed.",
    bad="ALTER TABLE orders ADD COLUMN channel text;\n-- next step\n"
    "ALTER TABLE orders ADD CONSTRAINT channel_set CHECK (channel IS NOT NULL) NOT VALID;",
    good="ALTER TABLE orders ADD COLUMN channel text;\nALTER TABLE orders ALTER COLUMN channel SET DEFAULT 'web';\n-- next step\n"
    "ALTER TABLE orders ADD CONSTRAINT channel_set CHECK (channel IS NOT NULL) NOT VALID;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    columns = {command["name"] for command in place.commands("AT_SetNotNull")}
    for constraint in place.new_constraints("CHECK"):
        columns |= columns_not_null(constraint.get("raw_expr", {}))
    for column in sorted(columns):
        if (place.table, column) in place.course.empty:
            yield Hit(place.table, f"{column} has to be given")
