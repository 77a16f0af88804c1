"""DROP INDEX: concurrently, one a step."""

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.offer import UNKNOWN_UNDO, Offer, step
from schemachange_operator.core.sql.grammar import deparse, parse, strings

MENDS = ("drop-index-blocks",)


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS. CASCADE, and an index of a partitioned table, cannot be dropped concurrently."""
    objects = [strings(item["list"]["items"]) for item in place.tree["objects"]]
    if place.tree.get("behavior") == "DROP_CASCADE" or any(_partitioned(place, parts) for parts in objects):
        return None
    return Offer(
        steps=tuple(
            step(
                "drop-index",
                deparse(place.node, {**place.tree, "objects": [item], "concurrent": True}),
                undo=(_again(place, parts),),
            )
            for item, parts in zip(place.tree["objects"], objects, strict=True)
        )
    )


def _partitioned(place: Place, parts: tuple[str, ...]) -> bool:
    table, _ = place.index(place.index_key(parts))
    return bool(table) and place.partitioned(table)


def _again(place: Place, parts: tuple[str, ...]) -> str:
    _, index = place.index(place.index_key(parts))
    if index is None:
        return UNKNOWN_UNDO
    (parsed,) = parse(index.definition)
    return deparse("index_stmt", {**parsed.tree, "concurrent": True})
