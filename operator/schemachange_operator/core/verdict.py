"""What a rollback leaves behind, in three verdicts: a difference, residue, or something that cannot be undone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from schemachange_operator.core.plan import Difference
from schemachange_operator.core.snapshot import RESIDUE

PHYSICAL = "physical"
"""The kind of what a catalog says of storage alone: places of dropped columns, statistics, positions of sequences."""
_LABEL = re.compile(r"'(?:[^']|'')*'")


@dataclass(frozen=True)
class Verdicts:
    """Differences that are left after a rollback, divided by what they mean."""

    differences: tuple[Difference, ...] = ()
    """The schema is not as it was: the rollback is wrong."""
    residue: tuple[Difference, ...] = ()
    """Not as it was, and nothing to the application that names its columns."""
    irreversible: tuple[Difference, ...] = ()
    """PostgreSQL has no way back: it has to be declared."""


def judge(found: Iterable[Difference]) -> Verdicts:
    """Every difference into one of the three."""
    every = tuple(found)
    residue = tuple(one for one in every if _is_residue(one))
    irreversible = tuple(one for one in every if _is_irreversible(one))
    rest = tuple(one for one in every if one not in residue and one not in irreversible)
    return Verdicts(rest, residue, irreversible)


def without_residue(found: Iterable[Difference]) -> tuple[Difference, ...]:
    """What two runs of one change have to agree in: the order of columns may be another in each database."""
    return tuple(one for one in found if not _is_residue(one))


def _is_residue(one: Difference) -> bool:
    return one.kind == PHYSICAL or (one.change == "changed" and one.attribute in RESIDUE.get(one.kind, ()))


def _is_irreversible(one: Difference) -> bool:
    """A label more in an enum (there is no DROP VALUE), another version of an extension (scripts lead upwards as a rule)."""
    if one.change != "changed":
        return False
    if (one.kind, one.attribute) == ("extension", "version"):
        return True
    return (one.kind, one.attribute) == ("type", "labels") and _more(_LABEL.findall(one.before), _LABEL.findall(one.after))


def _more(before: list[str], after: list[str]) -> bool:
    """Whether all of `before` is in `after`, in its order."""
    rest = iter(after)
    return len(after) > len(before) and all(label in rest for label in before)
