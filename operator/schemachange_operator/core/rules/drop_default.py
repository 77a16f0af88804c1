"""DROP DEFAULT of a column in use: inserts that leave it out get NULL or fail."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="drop-default",
    finds="DROP DEFAULT",
    effect="inserts of the running application that leave the column out get NULL, or fail where it is NOT NULL.",
    recipe="Deploy code that always gives the value, first.",
    bad="ALTER TABLE orders ALTER COLUMN currency DROP DEFAULT;",
    good="ALTER TABLE orders ALTER COLUMN currency SET DEFAULT 'USD';",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    facts = place.facts(place.table)
    for command in place.commands("AT_ColumnDefault"):
        known = facts.columns.get(command["name"]) if facts else None
        without = known is not None and not known.default
        if "def" not in command and (place.table, command["name"]) not in place.course.columns and not without:
            yield Hit(place.table, f"{command['name']} has no default any more")
