"""VACUUM FULL: plain VACUUM."""

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.offer import Offer, step
from schemachange_operator.core.sql.grammar import deparse

MENDS = ("vacuum-full",)


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS."""
    others = [one for one in place.tree["options"] if one["def_elem"]["defname"] != "full"]
    tree = {**place.tree, "options": others} if others else {k: v for k, v in place.tree.items() if k != "options"}
    return Offer(
        steps=(step("vacuum", deparse(place.node, tree), undo="it changes nothing that could be undone"),),
        asks=(
            "The room of dead rows is used again and not given back to the disk; pg_repack does that, outside of a change.",
        ),
    )
