"""SchemaChange: one change to one database."""

from typing import Annotated, Literal

from pydantic import Field

from schemachange_operator.api.base import Line, Metadata, Model, ObjectName
from schemachange_operator.api.migration import AppTests, Assertion, Migration, Rollback, Waiver
from schemachange_operator.api.status import SchemaChangeStatus

Compatibility = Literal["Additive", "Expand", "Contract", "Breaking"]


class DatabaseReference(Model):
    """A PostgresDatabase."""

    name: ObjectName
    """Its name."""
    namespace: ObjectName | None = None
    """Its namespace; the change's own where not given. It has to allow changes from here."""


class ChangeReference(Model):
    """Another SchemaChange in the same namespace."""

    name: ObjectName
    """Its name."""


class Approval(Model):
    """How many people have to approve."""

    count: Annotated[int, Field(ge=1, le=10)] = 1
    """Approvals wanted; the policy's number is the floor."""


class Backup(Model):
    """The backup that is taken before a step that destroys."""

    scope: Literal["Affected", "Database"] = "Affected"
    """The rows of the tables touched, with the whole schema; or the whole database."""
    prove_by: Literal["Restore", "Checksum"] | None = None
    """Restore: restored into a throw-away database and counted. Checksum: listed and hashed. The policy's where not given."""
    always: bool = False
    """Take it before the first step even where nothing is destroyed."""


class Apply(Model):
    """When the change may touch the target."""

    window: ObjectName | None = None
    """The name of one of the database's maintenance windows; any time where not given."""


class Test(Model):
    """How the change is tested before it touches the target."""

    app_tests: AppTests | None = None
    """The application's own tests."""


class Abort(Model):
    """Cancels the change; what has been applied is undone."""

    reason: Annotated[str, Field(min_length=1, max_length=1024)]
    """Why; recorded in status and ledger."""


FROZEN_FIELDS = (
    "database",
    "migration",
    "rollback",
    "revertOf",
    "verify",
    "backup",
    "dependsOn",
    "compatibility",
    "why",
    "author",
    "waivers",
)
"""Members of the spec that must not change while something is applied or its state is unproven."""


def _freeze_rule() -> str:
    frozen = "!has(oldSelf.status) || !has(oldSelf.status.frozen) || !oldSelf.status.frozen"
    same = " && ".join(
        f"has(self.spec.{field}) == has(oldSelf.spec.{field})"
        f" && (!has(self.spec.{field}) || self.spec.{field} == oldSelf.spec.{field})"
        for field in FROZEN_FIELDS
    )
    return f"{frozen} || ({same})"


class SchemaChangeSpec(Model):
    """What is wanted."""

    database: DatabaseReference
    """The database that is changed."""
    why: Annotated[str, Field(max_length=4096)] = ""
    """What the change is for. Required input."""
    author: Line = ""
    """Who designed it. Required input; the author cannot approve."""
    designed_on: Annotated[str, Field(max_length=10, pattern=r"^$|^\d{4}-\d{2}-\d{2}$")] = ""
    """The day it was designed, YYYY-MM-DD. Required input."""
    links: Annotated[dict[str, Line], Field(max_length=20)] = {}
    """Addresses that belong to the record, for example design, pullRequest, ticket."""
    compatibility: Compatibility | None = None
    """What it means for the application that runs. Required input."""
    depends_on: Annotated[
        tuple[ChangeReference, ...],
        Field(
            max_length=50,
            json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
        ),
    ] = ()
    """Changes that have to be completed first."""
    migration: Migration | None = None
    """What the change does."""
    rollback: Rollback | None = None
    """How a change of one step is undone."""
    revert_of: ChangeReference | None = None
    """In the place of a migration: the completed change that this one undoes, by its rollbacks."""
    waivers: Annotated[tuple[Waiver, ...], Field(max_length=20)] = ()
    """Rules that this change may break, each with the reason."""
    approval: Approval = Approval()
    """How many people have to approve."""
    test: Test = Test()
    """How it is tested."""
    backup: Backup = Backup()
    """What is backed up before something is destroyed."""
    apply: Apply = Apply()
    """When it may be applied."""
    verify: Annotated[
        tuple[Assertion, ...],
        Field(
            max_length=50,
            json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
        ),
    ] = ()
    """Assertions that have to hold at the end."""
    suspend: bool = False
    """Hold the change where it is; a running backfill stops after its batch."""
    abort: Abort | None = None
    """Cancel the change."""
    retry: Annotated[str, Field(max_length=64)] = ""
    """Any new value lets a blocked change try again."""

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Changes of the same namespace that have to be completed first; the one that is undone among them."""
        original = (self.revert_of.name,) if self.revert_of else ()
        return (*(reference.name for reference in self.depends_on), *original)

    model_config = {
        "json_schema_extra": {
            "x-kubernetes-validations": [
                {
                    "rule": "has(self.migration) != has(self.revertOf)",
                    "message": "give exactly one of migration, revertOf",
                },
                {
                    "rule": "!has(self.migration) || has(self.migration.steps) != has(self.rollback)",
                    "message": "a change of one step needs spec.rollback; with migration.steps each step has its own",
                },
                {
                    "rule": "!has(self.revertOf) || !has(self.rollback)",
                    "message": "with revertOf the rollback is the migration of the change that is undone",
                },
            ]
        }
    }


class SchemaChange(Model):
    """One change to one database: why, migration and rollback, order, approval, test, backup, verify."""

    metadata: Metadata
    spec: SchemaChangeSpec
    status: SchemaChangeStatus = SchemaChangeStatus()

    model_config = {
        "json_schema_extra": {
            "x-kubernetes-validations": [
                {
                    "rule": _freeze_rule(),
                    "message": "the content is frozen while something of it is applied or its state is unproven;"
                    " set spec.abort.reason to undo it; once completed, undo it by a new change with revertOf",
                }
            ]
        }
    }
