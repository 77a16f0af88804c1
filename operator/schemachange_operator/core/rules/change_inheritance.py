"""INHERIT, NO INHERIT: rows come into queries of the parent, or go."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="change-inheritance",
    finds="INHERIT or NO INHERIT on a table in use",
    effect="queries of the parent find its rows from then on, or find them no more; both tables are locked.",
    recipe="Deploy code that reads the table by its own name (or ONLY the parent), first.",
    bad="CREATE TABLE texts (number bigint, body text);\nALTER TABLE letters INHERIT texts;",
    good="CREATE VIEW texts AS SELECT number, body FROM letters;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for command in place.commands("AT_AddInherit", "AT_DropInherit"):
        word = "INHERIT" if command["subtype"] == "AT_AddInherit" else "NO INHERIT"
        yield Hit(place.table, f"{word} of {place.range_key(command['def']['range_var'])}")
