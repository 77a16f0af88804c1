"""The data design standards of a SchemaPolicy: how things are called, which types, what a table has to have."""

from typing import Annotated, Literal

from pydantic import Field

from schemachange_operator.api.base import Model
from schemachange_operator.api.patterns import Pattern

TypeWord = Annotated[str, Field(min_length=1, max_length=127)]


class NamingRules(Model):
    """Patterns that new names have to match, whole.

    For indexes and constraints {table} stands for the table's name, {columns} for the names of the columns joined by _.
    """

    schemas: Pattern | None = None
    """Schemas."""
    tables: Pattern | None = None
    """Tables, partitions and foreign tables."""
    views: Pattern | None = None
    """Views and materialized views."""
    columns: Pattern | None = None
    """Columns."""
    indexes: Pattern | None = None
    """Indexes that are named."""
    primary_keys: Pattern | None = None
    """Primary keys that are named."""
    unique_constraints: Pattern | None = None
    """UNIQUE constraints that are named."""
    foreign_keys: Pattern | None = None
    """Foreign keys that are named."""
    checks: Pattern | None = None
    """CHECK constraints that are named."""
    exclusions: Pattern | None = None
    """EXCLUDE constraints that are named."""
    sequences: Pattern | None = None
    """Sequences."""
    functions: Pattern | None = None
    """Functions and procedures."""
    triggers: Pattern | None = None
    """Triggers."""
    types: Pattern | None = None
    """Types and domains."""
    policies: Pattern | None = None
    """Policies of row security."""


class TypeRules(Model):
    """Types that new columns may have. A type is named without its length; an array counts as what it holds."""

    allowed: Annotated[tuple[TypeWord, ...], Field(max_length=100)] = ()
    """Only these; any where the list is empty."""
    forbidden: Annotated[tuple[TypeWord, ...], Field(max_length=100)] = ()
    """Not these."""


class RequiredColumn(Model):
    """A column that every new table has to have."""

    name: Annotated[str, Field(min_length=1, max_length=63)]
    """Its name."""
    type: TypeWord | None = None
    """Its type, without a length; any where not given."""
    not_null: bool = False
    """Whether it has to be NOT NULL."""


class Standards(Model):
    """Data design standards. None is asked for unless it is written here; each is a rule whose severity spec.rules can change."""

    naming: NamingRules = NamingRules()
    """How new things are called: rule naming."""
    types: TypeRules = TypeRules()
    """Which types new columns have: rule type-not-allowed."""
    required_columns: Annotated[
        tuple[RequiredColumn, ...],
        Field(
            max_length=50,
            json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
        ),
    ] = ()
    """Columns of every new table: rule required-column."""
    comments: Annotated[tuple[Literal["Tables", "Columns"], ...], Field(max_length=2)] = ()
    """What needs a COMMENT in the change that makes it: rule missing-comment."""
    forbidden_statements: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=63)], ...], Field(max_length=50)
    ] = ()
    """Kinds of statements that a change may not hold, as a plan names them, for example TRUNCATE or CREATE RULE: rule
    forbidden-statement."""
