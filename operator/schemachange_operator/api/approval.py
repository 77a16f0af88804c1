"""SchemaChangeApproval: one person's sign-off of one plan digest."""

from typing import Annotated, Literal

from pydantic import Field

from schemachange_operator.api.base import Line, Metadata, Model, ObjectName


class ApprovedChange(Model):
    """The change that is approved."""

    name: ObjectName
    """Its name."""
    uid: Annotated[str, Field(min_length=1, max_length=64)]
    """Its uid: an object made again under the same name needs a new approval."""


class ApprovedDatabase(Model):
    """The database that is changed."""

    name: ObjectName
    """Its name."""
    namespace: ObjectName
    """Its namespace."""


class SchemaChangeApprovalSpec(Model):
    """Who approves what; the admission policy proves the who. Never changed."""

    change: ApprovedChange
    """The change."""
    database: ApprovedDatabase
    """The database."""
    plan_digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    """The plan."""
    approved_by: Annotated[str, Field(min_length=1, max_length=1024)]
    """The user who sends this; the admission policy refuses any other name."""
    on_behalf_of: Line | None = None
    """A group of that user which owns the data, where the user is not named as owner."""
    decision: Literal["Approved", "Rejected"] = "Approved"
    """Yes or no."""
    comment: Annotated[str, Field(max_length=4096)] = ""
    """Why."""

    model_config = {
        "json_schema_extra": {
            "x-kubernetes-validations": [
                {"rule": "self == oldSelf", "message": "an approval is never changed; make a new one"}
            ]
        }
    }


class SchemaChangeApproval(Model):
    """One person's sign-off of one plan digest; immutable."""

    metadata: Metadata
    spec: SchemaChangeApprovalSpec
