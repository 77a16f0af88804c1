"""DROP COLUMN: the data is gone, and code that names the column fails."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="drop-column",
    finds="DROP COLUMN",
    effect="its data is gone, and the running application fails wherever it names the column.",
    recipe="Deploy code that does not name it, first; put it in quarantine, from where it comes back at once, and drop it later.",
    bad="ALTER TABLE orders DROP COLUMN note;",
    good="ALTER TABLE orders ALTER COLUMN note DROP NOT NULL, ALTER COLUMN note SET DEFAULT '';",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    facts = place.facts(place.table)
    for command in place.commands("AT_DropColumn"):
        missing = command.get("missing_ok") and facts and command["name"] not in facts.columns
        if (place.table, command["name"]) not in place.course.columns and not missing:
            yield Hit(place.table, f"{place.table}.{command['name']} is dropped")
