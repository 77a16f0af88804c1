"""A question to the target's data: whether a statement would fail on its rows. What is asked, not yet as SQL."""

from dataclasses import dataclass

from schemachange_operator.core.rules.place import Place


@dataclass(frozen=True)
class Rows:
    """Rows for which a condition is true."""

    condition: str
    only: bool = False
    """Whether children of the table are left out."""


@dataclass(frozen=True)
class Duplicates:
    """Keys that more than one row has."""

    keys: tuple[str, ...]
    """Expressions."""
    where: str = ""
    nulls_distinct: bool = True
    only: bool = False


@dataclass(frozen=True)
class Orphans:
    """Rows whose foreign key refers to no row."""

    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    full: bool = False
    """MATCH FULL: a key that is NULL in part is refused as well."""
    only: bool = False
    only_parent: bool = False


@dataclass(frozen=True)
class Overlaps:
    """Pairs of rows that an exclusion constraint refuses."""

    pairs: tuple[tuple[str, str], ...]
    """Expression and operator."""
    where: str = ""


@dataclass(frozen=True)
class Computable:
    """Whether an expression can be computed for every row: the server's refusal is the answer."""

    expression: str


@dataclass(frozen=True)
class Unaskable:
    """A question that nobody can put, and why."""

    why: str


Ask = Rows | Duplicates | Orphans | Overlaps | Computable | Unaskable


@dataclass(frozen=True)
class Question:
    """One question, and the statement that raises it."""

    step: str
    statement: int
    relation: str
    words: str
    """For people, without any value of the migration's: rows with NULL in note."""
    ask: Ask
    unsure: str = ""
    """Why a violation that is found now need not be one when the statement runs."""

    @classmethod
    def of(cls, place: Place, relation: str, words: str, ask: Ask) -> "Question":
        """The question that a statement raises about a relation."""
        return cls(place.step, place.number, relation, words, ask)
