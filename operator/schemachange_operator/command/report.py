"""What `schg plan` answers, as a value; its JSON schema is published."""

import json

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from schemachange_operator.api.base import Model
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.command.places import Place
from schemachange_operator.core.finding import Finding, Severity
from schemachange_operator.core.plan import PlanDocument

RANK: dict[Severity, int] = {"Off": 0, "Note": 1, "Warn": 2, "Approve": 3, "Block": 4}


class ReportedFinding(Finding):
    """A finding and where in the files it is."""

    change: str
    """The change's name."""
    place: Place
    """Where in the files."""


class PlanOfChange(Model):
    """The plan of one change, as far as it could be made."""

    change: str
    """The change's name: the manifest's, or the file's without its ending."""
    file: str
    """The file that it was read from."""
    why: str = ""
    """The reason that the manifest gives."""
    after: tuple[str, ...] = ()
    """Changes that were taken to be applied before."""
    failure: str = ""
    """Why the plan is not complete: the database was not reached, or the rehearsal failed."""
    refused: bool = False
    """Whether it failed in the rehearsal: the change has to be corrected."""
    backups: tuple[str, ...] = ()
    """Steps before which the operator takes a backup and proves it; plain SQL has none."""
    plan: PlanDocument | None = Field(default=None)
    """The plan; nothing where the change cannot be read."""
    manifest: SkipJsonSchema[SchemaChange | None] = Field(default=None, exclude=True)
    """The manifest, for the page; the JSON has only the plan."""
    policy: SkipJsonSchema[SchemaPolicySpec | None] = Field(default=None, exclude=True)
    """The policy that it was planned with, for the page."""


class PlanReport(Model):
    """Everything that one call of `schg plan` found."""

    plans: tuple[PlanOfChange, ...]
    """One for each change, in the order in which they are applied."""
    findings: tuple[ReportedFinding, ...] = ()
    """Findings of all changes."""

    def text(self) -> str:
        """JSON, as it is printed."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"


def json_schema() -> str:
    """The schema of the JSON that is printed."""
    schema = PlanReport.model_json_schema(by_alias=True, mode="serialization")
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2) + "\n"
