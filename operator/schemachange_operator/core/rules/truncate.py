"""TRUNCATE: all rows are gone; measured, ACCESS EXCLUSIVE, and with CASCADE on the tables that refer to it."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="truncate",
    finds="TRUNCATE",
    effect="all rows are gone, and reads and writes wait.",
    recipe="Delete in batches, or leave the table and drop it in a change with compatibility Contract.",
    bad="TRUNCATE letters;",
    good="CREATE TABLE letters_kept (number bigint PRIMARY KEY);",
    lock="AccessExclusive",
    rewrites=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "truncate_stmt":
        for item in place.tree["relations"]:
            table = place.range_key(item["range_var"])
            if place.in_use(table):
                yield Hit(table, f"{table} is emptied")
