"""CREATE and ALTER SUBSCRIPTION: the server connects elsewhere, and keeps write-ahead log there."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="change-subscription",
    finds="CREATE SUBSCRIPTION or ALTER SUBSCRIPTION",
    effect="the server connects to another one, which keeps write-ahead log for it as long as it cannot follow; a copy of the"
    " tables can run for long, and a row that does not fit stops it.",
    recipe="Prepare the tables of both sides in changes of their own; watch the slot on the other server.",
    bad="CREATE SUBSCRIPTION news CONNECTION 'host=127.0.0.1 port=1 dbname=far' PUBLICATION news;",
    good="CREATE TABLE news (id bigint PRIMARY KEY);",
    fails=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node in {"create_subscription_stmt", "alter_subscription_stmt"}:
        yield Hit("", f"the subscription {place.tree['subname']}")
