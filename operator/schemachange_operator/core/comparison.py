"""Two snapshots of a target compared, as far as one change is concerned: others may have changed the rest meanwhile."""

from collections.abc import Iterable

from schemachange_operator.core.plan import Difference
from schemachange_operator.core.snapshot import Snapshot, about, difference


def concerning(
    before: Snapshot, now: Snapshot, relations: Iterable[str], planned: Iterable[Difference]
) -> tuple[Difference, ...]:
    """Differences in the relations touched, in what belongs to them, and in every object that the plan names."""
    touched = tuple(relations)
    wanted = {(one.kind, one.name) for one in planned}
    for snapshot in (about(before, touched), about(now, touched)):
        wanted |= {(kind, name) for kind, objects in snapshot.items() for name in objects}
    return tuple(one for one in difference(before, now) if (one.kind, one.name) in wanted)


def sentences(differences: Iterable[Difference], most: int = 5) -> str:
    """The first differences in words, and how many more there are."""
    every = tuple(differences)
    shown = "; ".join(one.sentence() for one in every[:most])
    return f"{shown}; and {len(every) - most} more" if len(every) > most else shown
