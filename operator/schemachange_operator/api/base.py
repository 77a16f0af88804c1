"""The model all others derive from, and the strings the Kubernetes API limits."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

GROUP = "schemachange.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

DNS_LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
DNS_NAME = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"

ObjectName = Annotated[str, Field(min_length=1, max_length=253, pattern=DNS_NAME)]
StepName = Annotated[str, Field(min_length=1, max_length=30, pattern=DNS_LABEL)]
Line = Annotated[str, Field(max_length=1024)]
Text = Annotated[str, Field(max_length=8192)]
Timestamp = Annotated[str, Field(max_length=40, json_schema_extra={"format": "date-time"})]


class Model(BaseModel):
    """An immutable value, written in camelCase, whose field docstrings are the CRD's descriptions."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
    )


class Metadata(Model):
    """The part of an object's metadata that decisions rest on."""

    name: str
    namespace: str
    uid: str = ""
    generation: int = 0
    resource_version: str = ""
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    finalizers: tuple[str, ...] = ()


class Condition(Model):
    """One condition, as Kubernetes writes them."""

    type: str
    """The condition's name, for example Ready."""
    status: str
    """True, False or Unknown."""
    reason: str
    """One word for machines; the reference lists every reason with its meaning."""
    message: str = ""
    """One sentence for people: what happened, what the state is now, what to do."""
    last_transition_time: str = ""
    """When the status last changed, RFC 3339."""
    observed_generation: int = 0
    """The generation of the spec that this was judged from."""
