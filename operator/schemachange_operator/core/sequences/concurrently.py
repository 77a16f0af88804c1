"""REINDEX and REFRESH MATERIALIZED VIEW: concurrently."""

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.offer import Offer, step
from schemachange_operator.core.sql.grammar import deparse

MENDS = ("reindex-blocks", "refresh-view-blocks-reads")
_SAME = "it changes nothing that could be undone"


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS."""
    if place.node == "reindex_stmt":
        return _reindex(place)
    facts = place.facts(place.table)
    unique = facts and any("CREATE UNIQUE" in one.definition and not one.special for one in facts.indexes.values())
    if place.tree.get("skip_data") or (facts and not unique):
        return None
    refresh = deparse(place.node, {**place.tree, "concurrent": True})
    asks = () if facts else ("The view needs a unique index over plain columns and without WHERE.",)
    return Offer(steps=(step("refresh", refresh, undo=_SAME),), asks=asks)


def _reindex(place: Place) -> Offer | None:
    if place.tree["kind"] == "REINDEX_OBJECT_SYSTEM":
        return None
    flag = {"def_elem": {"defname": "concurrently", "defaction": "DEFELEM_UNSPEC"}}
    others = [one for one in place.tree.get("params", []) if one["def_elem"]["defname"] != "concurrently"]
    return Offer(steps=(step("reindex", deparse(place.node, {**place.tree, "params": [*others, flag]}), undo=_SAME),))
