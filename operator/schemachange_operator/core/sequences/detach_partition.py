"""DETACH PARTITION: concurrently."""

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.bounds import key_columns
from schemachange_operator.core.sequences.names import chosen
from schemachange_operator.core.sequences.offer import UNKNOWN_UNDO, Offer, step
from schemachange_operator.core.sequences.writing import actions, alter, quoted, ranged

MENDS = ("detach-partition-blocks",)


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS. Beside a default partition the server refuses CONCURRENTLY."""
    (command,) = place.commands()
    parent = place.facts(place.table)
    if parent and parent.default_partition:
        return None
    part = command["def"]["partition_cmd"]
    detach = actions(place, [{**command, "def": {"partition_cmd": {**part, "concurrent": True}}}])
    partition = place.range_key(part["name"])
    facts = place.facts(partition)
    bound = facts.partition_bound if facts else ""
    back: tuple[str, ...] = (
        (f"{alter(place)} ATTACH PARTITION {ranged(part['name'])} {bound}",) if bound else (UNKNOWN_UNDO,)
    )
    if bound and parent:
        # Named as the server names it, which leaves it on the table.
        check = chosen(place, partition, key_columns(parent.partition_key), "check")
        back = (*back, f"ALTER TABLE {ranged(part['name'])} DROP CONSTRAINT IF EXISTS {quoted(check)}")
    return Offer(
        steps=(step("detach", detach, undo=back),),
        asks=(
            "CONCURRENTLY leaves a CHECK with its bounds on the table that was the partition; drop it when it is in the way.",
        ),
        leaves=(partition,),
    )
