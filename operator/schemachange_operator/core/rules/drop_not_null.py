"""DROP NOT NULL: measured, everything that the application sends works on; NULL comes with code that writes it."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="drop-not-null",
    finds="DROP NOT NULL",
    effect="readers that never met NULL meet it from then on.",
    recipe="Deploy code that can read NULL, first; write NULL after that.",
    bad="ALTER TABLE orders ALTER COLUMN currency DROP NOT NULL;",
    good="ALTER TABLE orders ALTER COLUMN currency SET DEFAULT 'USD';",
    lock="AccessExclusive",
    severity="Note",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    facts = place.facts(place.table)
    for command in place.commands("AT_DropNotNull"):
        known = facts.columns.get(command["name"]) if facts else None
        loose = known is not None and not known.not_null
        if (place.table, command["name"]) not in place.course.columns and not loose:
            yield Hit(place.table, f"{command['name']} can be NULL")
