"""UPDATE and DELETE of many rows in one transaction: every row stays locked, and dead, to its end."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rows import unbatched
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="update-unbatched",
    finds="UPDATE, DELETE or MERGE that is not held to a few rows by a key",
    effect="each of its rows stays locked to the end of the step, the replicas get it in one piece, and vacuum gets the rest.",
    recipe="A backfill step for an UPDATE; a DELETE in batches by key.",
    bad="UPDATE orders SET note = 'old' WHERE placed_at < '2020-01-01';",
    good="UPDATE orders SET note = 'old' WHERE id = 42;",
    lock="RowExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for kind, table, where in unbatched(place):
        if where:
            yield Hit(table, f"{kind} of {table}")
