"""Changes are undone in reverse order: what rests on a change is undone before it. Pure, from what the ledger tells."""

from collections.abc import Iterable, Sequence

from schemachange_operator.api.base import Model
from schemachange_operator.core.plan import Difference
from schemachange_operator.core.verdict import without_residue

Key = tuple[str, str]
"""Namespace and name of a change."""


class Completed(Model):
    """One completed change, as the ledger has it."""

    namespace: str
    name: str
    content_digest: str = ""
    relations: tuple[str, ...] = ()
    """Relations that it touched."""
    difference: tuple[Difference, ...] = ()
    """What it did to the catalog."""
    reverts: Key | None = None
    """The change that it undid."""

    @property
    def key(self) -> Key:
        """What others know it by."""
        return self.namespace, self.name

    @property
    def title(self) -> str:
        """For people."""
        return f"{self.namespace}/{self.name}"


def undone_by(key: Key, completed: Iterable[Completed]) -> Completed | None:
    """The change that undid another; None where none did."""
    return next((one for one in completed if one.reverts == key), None)


def resting_on(original: Completed, later: Sequence[Completed]) -> tuple[Completed, ...]:
    """Later changes on the same relations whose effect stands. One that was undone, and what undid it, cancel out."""
    known = {one.key for one in later}
    return tuple(
        one for one in _standing(later) if one.reverts not in known and set(one.relations) & set(original.relations)
    )


def _standing(later: Sequence[Completed]) -> list[Completed]:
    """From the last to the first: a change stands unless one that stands has undone it."""
    standing: list[Completed] = []
    for one in reversed(later):
        if undone_by(one.key, standing) is None:
            standing.append(one)
    return standing


def in_the_way(resting: Iterable[Completed], undoing: Iterable[Difference]) -> tuple[Completed, ...]:
    """Those whose objects the revert was seen to touch; of one that changed rows only nobody can tell, so that it counts."""
    names = [one.name for one in without_residue(undoing)]
    return tuple(one for one in resting if not one.difference or _meet(without_residue(one.difference), names))


def _meet(made: Iterable[Difference], names: Sequence[str]) -> bool:
    """Whether one name is another's, or belongs to it as a column does to its table."""
    return any(
        one.name == other or one.name.startswith(f"{other}.") or other.startswith(f"{one.name}.")
        for one in made
        for other in names
    )
