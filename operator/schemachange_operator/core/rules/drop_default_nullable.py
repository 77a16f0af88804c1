"""DROP DEFAULT of a column that may be NULL: measured, everything that the application sends works on."""

from collections.abc import Iterator

from schemachange_operator.core.rules.drop_default import defaults_dropped, required
from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="drop-default-nullable",
    finds="DROP DEFAULT of a column that may be NULL",
    effect="inserts of the running application that leave the column out get NULL from then on.",
    recipe="Deploy code that always gives the value, first.",
    bad="ALTER TABLE orders ALTER COLUMN note DROP DEFAULT;",
    good="ALTER TABLE orders ALTER COLUMN note SET DEFAULT 'nothing';",
    lock="AccessExclusive",
    severity="Note",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for column in defaults_dropped(place):
        if (place.table, column) not in place.course.columns and not required(place, column):
            yield Hit(place.table, f"{column} has no default any more")
