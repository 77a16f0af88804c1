"""Whether an offer reached the schema that the statement alone reaches."""

from collections.abc import Iterator

from schemachange_operator.core.plan import Difference
from schemachange_operator.core.sequences.offer import Offer
from schemachange_operator.core.snapshot import Snapshot, difference

SHOWN = 3


def unlike(alone: Snapshot, offer: Offer, reached: Snapshot) -> tuple[Difference, ...]:
    """The differences that count: not the columns' order, nor what the offer says that it leaves behind.

    Nor whether a key or foreign key is NO INHERIT, which means something for a CHECK alone: the server notes for those of a
    partition whether they came from above or were adopted.
    """
    constraints = alone.get("constraint", {})
    keys = {name for name, one in constraints.items() if one.get("kind") != "c"}
    kept = {
        name for objects in reached.values() for name, one in objects.items() if one.get("of", "").startswith(offer.leaves)
    }
    return tuple(one for one in difference(alone, reached) if not _allowed(one, offer, keys, kept))


def _allowed(one: Difference, offer: Offer, keys: set[str], kept: set[str]) -> bool:
    if (one.kind, one.attribute) == ("column", "rank"):
        return True
    if (one.kind, one.attribute) == ("constraint", "no_inherit") and one.name in keys:
        return True
    if one.change == "added" and one.name in kept:
        return True
    return one.change == "added" and any(one.name == name or one.name.startswith(f"{name}.") for name in offer.leaves)


def named(differences: tuple[Difference, ...]) -> str:
    """The first differences, without values: a default or a condition may hold data."""
    shown = "; ".join(_words(differences[:SHOWN]))
    return f"{shown}; and {len(differences) - SHOWN} more" if len(differences) > SHOWN else shown


def _words(differences: tuple[Difference, ...]) -> Iterator[str]:
    for one in differences:
        yield f"{one.kind} {one.name}: {one.attribute or one.change}"
