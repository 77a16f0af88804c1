"""REFRESH MATERIALIZED VIEW without CONCURRENTLY: measured, ACCESS EXCLUSIVE on the view."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="refresh-view-blocks-reads",
    finds="REFRESH MATERIALIZED VIEW without CONCURRENTLY",
    effect="reads of the view wait until its query has run.",
    recipe="Give the view a unique index and REFRESH MATERIALIZED VIEW CONCURRENTLY.",
    bad="REFRESH MATERIALIZED VIEW order_totals;",
    good="REFRESH MATERIALIZED VIEW CONCURRENTLY order_totals;",
    lock="AccessExclusive",
    rewrites=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "refresh_mat_view_stmt" and not place.tree.get("concurrent") and place.in_use(place.table):
        yield Hit(place.table, f"REFRESH holds ACCESS EXCLUSIVE on {place.table}")
