"""What the statements before this one did: read by rules, written by the walk over the change."""

from collections.abc import Container
from copy import copy
from dataclasses import dataclass, field, fields, replace

from schemachange_operator.core.sql.grammar import Tree


@dataclass(frozen=True)
class Added:
    """A constraint that an earlier statement added without a look at the rows."""

    step: str
    columns: frozenset[str]
    """Columns that it proves to be not null, once it is validated."""


@dataclass
class Course:
    """The change so far. Relations are named schema.name."""

    created: set[str] = field(default_factory=set)
    """Relations made by this change, which nobody uses yet."""
    columns: set[tuple[str, str]] = field(default_factory=set)
    """Columns (relation, name) made by this change."""
    constraints: set[tuple[str, str]] = field(default_factory=set)
    """Constraints (relation, name) made by this change."""
    unproven: dict[tuple[str, str], Added] = field(default_factory=dict)
    """NOT VALID constraints made by this change (relation, name) and not validated yet."""
    proofs: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """Valid constraints (relation, name) with the columns that they prove to be not null, if any."""
    not_null: set[tuple[str, str]] = field(default_factory=set)
    """Columns (relation, name) that an earlier statement made NOT NULL."""
    dropped_constraints: set[tuple[str, str]] = field(default_factory=set)
    indexes: dict[str, str] = field(default_factory=dict)
    """Indexes made by this change, and their relation."""
    partitioned: set[str] = field(default_factory=set)
    """Partitioned tables made by this change."""
    domains: dict[str, bool] = field(default_factory=dict)
    """Domains made by this change, and whether they have constraints."""
    types: set[str] = field(default_factory=set)
    """Types made by this change."""
    checks: dict[tuple[str, str], Tree] = field(default_factory=dict)
    """CHECKs (relation, name) made by this change, validated or not: their expressions."""
    dropped: set[str] = field(default_factory=set)
    """Relations that an earlier statement dropped."""
    functions: set[str] = field(default_factory=set)
    """Names of functions made by this change."""
    labels: dict[str, str] = field(default_factory=dict)
    """Enum labels added, and the step that did."""
    locked: list[tuple[str, int]] = field(default_factory=list)
    """Relations in use that the current step holds ACCESS EXCLUSIVE on, and the statement that took it."""
    step: str = ""
    functions_in_step: frozenset[str] = frozenset()
    """Names of functions that some statement of the current step makes, later ones included."""
    made_in_step: frozenset[str] = frozenset()
    """Relations that some statement of the current step makes, later ones included: a view in a table's place."""

    def next_change(self, known: Container[str]) -> None:
        """Begin another change, which comes after this one. What the catalog knows already is not new."""
        self.created = {name for name in self.created if name not in known}
        self.columns = {(table, column) for table, column in self.columns if table in self.created}
        self.unproven = {place: replace(added, step="") for place, added in self.unproven.items()}
        self.labels = dict.fromkeys(self.labels, "")

    def copied(self) -> "Course":
        """Another one that goes its own way from here; what it holds is never changed in place."""
        return replace(self, **{one.name: copy(getattr(self, one.name)) for one in fields(self)})

    def enter(self, step: str, made: frozenset[str], functions: frozenset[str] = frozenset()) -> None:
        """Begin a step, which is a transaction of its own."""
        self.step, self.made_in_step, self.functions_in_step, self.locked = step, made, functions, []
