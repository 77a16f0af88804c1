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
    retyped: set[tuple[str, str]] = field(default_factory=set)
    """Columns (relation, name) whose type an earlier statement changed."""
    empty: set[tuple[str, str]] = field(default_factory=set)
    """Columns (relation, name) made by this change that nothing gives a value to."""
    constraints: set[tuple[str, str]] = field(default_factory=set)
    """Constraints (relation, name) made by this change."""
    unproven: dict[tuple[str, str], Added] = field(default_factory=dict)
    """NOT VALID constraints made by this change (relation, name) and not validated yet."""
    proofs: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """Valid constraints (relation, name) with the columns that they prove to be not null, if any."""
    not_null: set[tuple[str, str]] = field(default_factory=set)
    """Columns (relation, name) that an earlier statement made NOT NULL."""
    dropped: set[str] = field(default_factory=set)
    """Relations that an earlier statement dropped."""
    dropped_constraints: set[tuple[str, str]] = field(default_factory=set)
    indexes: dict[str, str] = field(default_factory=dict)
    """Indexes made by this change, and their relation."""
    partitioned: set[str] = field(default_factory=set)
    """Partitioned tables made by this change."""
    domains: dict[str, bool] = field(default_factory=dict)
    """Domains made by this change, and whether they have constraints."""
    types: set[str] = field(default_factory=set)
    """Types and domains made by this change."""
    checks: dict[tuple[str, str], Tree] = field(default_factory=dict)
    """CHECKs (relation, name) made by this change, validated or not: their expressions."""
    functions: set[str] = field(default_factory=set)
    """Names of functions and procedures made by this change."""
    functions_dropped: set[str] = field(default_factory=set)
    """Names of functions and procedures that an earlier statement dropped."""
    labels: dict[str, str] = field(default_factory=dict)
    """Enum labels added, and the step that did."""
    stalled: list[tuple[str, int]] = field(default_factory=list)
    """Relations in use that the current step holds any lock on that makes writes wait, and the statement that took it."""
    locked: list[tuple[str, int]] = field(default_factory=list)
    """Relations in use that the current step holds ACCESS EXCLUSIVE on, and the statement that took it."""
    step: str = ""
    functions_in_step: frozenset[str] = frozenset()
    """Names of functions and procedures that some statement of the current step makes, later ones included."""
    made_in_step: frozenset[str] = frozenset()
    """Relations that some statement of the current step makes, later ones included: a view in a table's place."""
    standing_in: frozenset[str] = frozenset()
    """Relations whose name some statement of the current step gives to a view, or to a table that was there before."""
    granted_in_step: frozenset[str] = frozenset()
    """Relations that some statement of the current step grants rights on, later ones included."""
    defaults_in_step: frozenset[tuple[str, str]] = frozenset()
    """Columns (relation, name) that some statement of the current step gives a default, later ones included."""
    commented: frozenset[str] = frozenset()
    """Relations (schema.name) and columns (schema.name.column) that some statement of the change comments on."""

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
        self.step, self.made_in_step, self.functions_in_step = step, made, functions
        self.locked, self.stalled = [], []
        self.granted_in_step = frozenset()
