"""One action of an ALTER TABLE, with all that its effects depend on."""

from dataclasses import dataclass

from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import Tree


@dataclass(frozen=True)
class Action:
    """One action in its statement."""

    place: Place
    ground: Ground
    found: Found
    table: str
    command: Tree
    mode: str
    """The strongest lock of all actions of the statement."""
    dropped: frozenset[str]
    """Constraints that the same statement drops, which it does before anything else."""
    inherit: bool
    """Whether partitions and children are meant as well: no ONLY."""

    @property
    def kind(self) -> str:
        """libpg_query's name of the action."""
        return str(self.command["subtype"])

    @property
    def cascade(self) -> bool:
        """Whether it says CASCADE."""
        return self.command.get("behavior") == "DROP_CASCADE"

    def tables(self) -> list[str]:
        """The table and all that the action goes down to; each gets the statement's lock."""
        tables = self.ground.tree(self.table) if self.inherit else [self.table]
        for one in tables:
            self.found.lock(one, self.mode)
        return tables
