"""ALTER PUBLICATION … DROP or SET TABLE: subscribers get nothing of it any more, and nobody tells them."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="publication-loses-table",
    finds="ALTER PUBLICATION … DROP TABLE or SET TABLE",
    effect="what is written to the table from then on never reaches the subscribers, and they do not notice.",
    recipe="Let the subscribers stop reading it, first (ALTER SUBSCRIPTION … REFRESH PUBLICATION after it).",
    bad="ALTER PUBLICATION price_feed DROP TABLE prices;",
    good="ALTER PUBLICATION price_feed ADD TABLE customers;",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "alter_publication_stmt" and place.tree.get("action") in {"AP_DropObjects", "AP_SetObjects"}:
        verb = "loses" if place.tree["action"] == "AP_DropObjects" else "keeps nothing but"
        tables = ", ".join(place.key(name) for name in place.made.relations) or "tables"
        yield Hit("", f"the publication {place.tree['pubname']} {verb} {tables}")
