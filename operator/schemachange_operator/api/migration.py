"""What a change does and undoes: the migration, its steps, its rollback."""

from typing import Annotated

from pydantic import Field

from schemachange_operator.api.base import Line, Model, ObjectName, StepName, Text

INLINE_SQL_LIMIT = 131_072
"""Characters of SQL in the object itself; more belongs in a ConfigMap (at most 1 MiB)."""

Sql = Annotated[str, Field(min_length=1, max_length=INLINE_SQL_LIMIT)]


class ConfigMapKey(Model):
    """One key of a ConfigMap in the change's namespace."""

    name: ObjectName
    """The ConfigMap's name."""
    key: Annotated[str, Field(min_length=1, max_length=253)]
    """The key in its data."""


class Irreversible(Model):
    """A step that cannot be undone."""

    reason: Annotated[str, Field(min_length=1, max_length=1024)]
    """Why it cannot be undone, and what stands in for a rollback."""


class Rollback(Model):
    """How a step is undone; exactly one member is given."""

    sql: Sql | None = None
    """SQL that undoes the step."""
    sql_from: ConfigMapKey | None = None
    """SQL that undoes the step, in a ConfigMap."""
    not_needed: Annotated[str, Field(min_length=1, max_length=1024)] | None = None
    """Why nothing has to be undone, for example because it goes with another step's rollback."""
    irreversible: Irreversible | None = None
    """The step cannot be undone; this says why."""

    model_config = {
        "json_schema_extra": {
            "x-kubernetes-validations": [
                {
                    "rule": "[has(self.sql), has(self.sqlFrom), has(self.notNeeded), has(self.irreversible)]"
                    ".filter(x, x).size() == 1",
                    "message": "give exactly one of sql, sqlFrom, notNeeded, irreversible",
                }
            ]
        }
    }


class Backfill(Model):
    """Rows filled in batches, by primary key, beside the running application."""

    table: Annotated[str, Field(min_length=1, max_length=127)]
    """The table, with its schema where it is not on the search path."""
    set: Annotated[dict[str, Annotated[str, Field(min_length=1, max_length=4096)]], Field(min_length=1, max_length=64)]
    """Column to SQL expression; an expression may name the row's other columns."""
    where: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    """Which rows are still to be filled; no row may match it at the end."""
    batch_size: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """The most rows in one batch; the policy's where not given."""
    pause: Annotated[int, Field(ge=0, le=600_000)] | None = None
    """Milliseconds between two batches at least; the policy's where not given."""


KeepFor = Annotated[str, Field(max_length=8, pattern=r"^[0-9]{1,5}[dh]$")]
"""A number of days or hours, for example 14d."""


class Quarantine(Model):
    """A column, or a whole table, taken out of use and kept for a while: renamed, and every right on it revoked.

    The operator writes the SQL and the rollback itself; both are metadata only and stand in the plan.
    """

    table: Annotated[str, Field(min_length=1, max_length=127)]
    """The table, with its schema where it is not on the search path."""
    column: Annotated[str, Field(min_length=1, max_length=65)] | None = None
    """The column; the whole table where not given."""
    keep_for: KeepFor | None = None
    """How long nothing may drop it, in days or hours (14d, 12h); the policy's where not given."""


class Step(Model):
    """One step: SQL in one transaction, one statement that cannot be in a transaction, a backfill, or a quarantine."""

    name: StepName
    """The step's name, unique in the change."""
    sql: Sql | None = None
    """SQL to run."""
    sql_from: ConfigMapKey | None = None
    """SQL to run, in a ConfigMap."""
    backfill: Backfill | None = None
    """Rows to fill."""
    quarantine: Quarantine | None = None
    """A column or a table to take out of use, and to keep for a while."""
    rollback: Rollback | None = None
    """How this step is undone; a quarantine's is written by the operator."""

    model_config = {
        "json_schema_extra": {
            "x-kubernetes-validations": [
                {
                    "rule": "[has(self.sql), has(self.sqlFrom), has(self.backfill), has(self.quarantine)]"
                    ".filter(x, x).size() == 1",
                    "message": "give exactly one of sql, sqlFrom, backfill, quarantine",
                },
                {
                    "rule": "has(self.quarantine) != has(self.rollback)",
                    "message": "a step needs its rollback; that of a quarantine is written by the operator",
                },
            ]
        }
    }


class Migration(Model):
    """What the change does: one piece of SQL, or steps; exactly one member is given."""

    sql: Sql | None = None
    """The SQL of a change of one step; its rollback is spec.rollback."""
    sql_from: ConfigMapKey | None = None
    """The same, in a ConfigMap."""
    steps: Annotated[
        tuple[Step, ...] | None,
        Field(
            min_length=1,
            max_length=50,
            json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
        ),
    ] = None
    """The steps, in order, each with its own rollback."""

    model_config = {
        "json_schema_extra": {
            "x-kubernetes-validations": [
                {
                    "rule": "[has(self.sql), has(self.sqlFrom), has(self.steps)].filter(x, x).size() == 1",
                    "message": "give exactly one of sql, sqlFrom, steps",
                }
            ]
        }
    }


class Assertion(Model):
    """A question to the database that has to answer true."""

    name: StepName
    """The assertion's name, unique in the change."""
    sql: Text
    """One query that returns one row with one boolean."""


class AppTests(Model):
    """The application's own tests, run against the changed throw-away database."""

    image: Annotated[str, Field(min_length=1, max_length=512)]
    """The container image with the tests."""
    command: Annotated[tuple[Line, ...], Field(max_length=64)] = ()
    """The command; the image's own where not given. The address is in DATABASE_URL and PGHOST, PGPORT, PGUSER, PGDATABASE."""


class Waiver(Model):
    """One rule that this change is allowed to break, and why."""

    rule: Annotated[str, Field(min_length=1, max_length=63)]
    """The rule's id, as the plan names it."""
    step: StepName | None = None
    """The step that it is about; all of them where not given."""
    statement: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """The statement that it is about, counted from 1 in its step as the plan does; all of them where not given."""
    reason: Annotated[str, Field(min_length=1, max_length=1024)]
    """Why it is safe here; the approver reads it and the record keeps it."""
