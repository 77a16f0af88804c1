"""UPDATE and DELETE without WHERE: all rows."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rows import unbatched
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="write-without-where",
    finds="UPDATE or DELETE without WHERE",
    effect="it is done to every row of the table, in one transaction.",
    recipe="A backfill step for an UPDATE; for a DELETE say which rows, and delete them in batches by key.",
    bad="DELETE FROM letters;",
    good="DELETE FROM invoices WHERE id IN (7, 8);",
    lock="RowExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for kind, table, where in unbatched(place):
        if not where:
            yield Hit(table, f"{kind} of {table} has no WHERE")
