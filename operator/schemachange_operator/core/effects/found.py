"""What a statement does, gathered relation by relation."""

from dataclasses import dataclass, field
from typing import NamedTuple

from schemachange_operator.core.plan import LOCK_ORDER, Effect


class Foretold(NamedTuple):
    """What is foretold of one statement."""

    effects: tuple[Effect, ...] = ()
    opaque: str = ""
    """Why not all of it can be foretold, in words."""


@dataclass
class Found:
    """Gathers: the strongest lock counts, and what is said once stays said."""

    locks: dict[str, str] = field(default_factory=dict)
    rewritten: set[str] = field(default_factory=set)
    scanned: set[str] = field(default_factory=set)
    unknown: dict[str, None] = field(default_factory=dict)

    def lock(self, relation: str, mode: str) -> None:
        """It is locked."""
        if LOCK_ORDER.index(mode) > LOCK_ORDER.index(self.locks.get(relation, "")):
            self.locks[relation] = mode

    def scan(self, relation: str) -> None:
        """All of its rows are read."""
        self.scanned.add(relation)

    def rewrite(self, relation: str, mode: str = "AccessExclusive") -> None:
        """It is locked, and its file is written anew."""
        self.lock(relation, mode)
        self.rewritten.add(relation)

    def opaque(self, why: str) -> None:
        """Something of the statement cannot be foretold."""
        self.unknown[why] = None

    def told(self, names: dict[str, str], made: set[str]) -> Foretold:
        """The effects on relations that are not in `made`, by the names that `names` gives to some."""
        touched = (self.locks.keys() | self.rewritten | self.scanned) - made
        effects = (
            Effect(
                relation=names.get(one, one),
                lock=self.locks.get(one, ""),
                rewrites=one in self.rewritten,
                scans=one in self.scanned,
            )
            for one in touched
        )
        return Foretold(tuple(sorted(effects, key=lambda one: one.relation)), "; ".join(self.unknown))
