"""DROP DEFAULT of a column that has to be given: measured, inserts that leave it out fail."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import check_expression, columns_not_null
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="drop-default",
    finds="DROP DEFAULT or DROP IDENTITY of a column that may not be NULL, an old one or one that this change adds",
    effect="inserts of the running application that leave the column out fail.",
    recipe="Deploy code that always gives the value, first.",
    bad="ALTER TABLE orders ALTER COLUMN currency DROP DEFAULT;",
    good="ALTER TABLE orders ALTER COLUMN currency SET DEFAULT 'USD';",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for column in defaults_dropped(place):
        if required(place, column):
            yield Hit(place.table, f"{column} has no default any more")


def defaults_dropped(place: Place) -> Iterator[str]:
    """Columns of a table in use that had a default, as far as is known."""
    facts = place.facts(place.table)
    for command in place.commands("AT_ColumnDefault"):
        known = facts.columns.get(command["name"]) if facts else None
        again = (place.table, command["name"]) in place.course.defaults_in_step
        if "def" not in command and not again and not (known is not None and not known.default):
            yield command["name"]
    for command in place.commands("AT_DropIdentity"):
        yield command["name"]


def required(place: Place, column: str) -> bool:
    """Whether a row without a value for it is refused, as far as is known."""
    facts = place.facts(place.table)
    if (place.table, column) in place.course.columns:
        return (place.table, column) in place.course.not_null
    if facts is None or column not in facts.columns:
        return True
    checks = (one for one in facts.constraints.values() if one.kind == "c")
    said = any(column in columns_not_null(check_expression(one.definition)) for one in checks)
    return said or facts.columns[column].not_null
