"""From the API server's JSON to our models. Pure."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import QuarantineStatus
from schemachange_operator.core.world import Problem, Sibling

Parsed = TypeVar("Parsed", bound=BaseModel)


def parse(model: type[Parsed], body: Mapping[str, Any]) -> Parsed:
    """The object as a model. Raises pydantic's ValidationError for a shape that the CRD of this version does not have."""
    return model.model_validate(body)


def shape_problem(field: str, error: ValidationError) -> Problem:
    """What is wrong with an object's shape, without its values: they could be secret."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return Problem(Reason.OBJECT_INVALID, field, f"{where}: {first['msg']}; apply the CRDs of this version, mend the object")


def sibling(body: Mapping[str, Any]) -> Sibling:
    """What other changes need to know of this one; never raises for what the CRD lets pass."""
    metadata, spec, status = body["metadata"], body["spec"], body.get("status", {})
    reference = spec["database"]
    original = (spec.get("revertOf") or {}).get("name", "")
    risk = any(c["type"] == "DataAtRisk" and c["status"] == "True" for c in status.get("conditions", []))
    return Sibling(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        phase=status.get("phase", ""),
        depends_on=(*(other["name"] for other in spec.get("dependsOn", [])), *filter(None, (original,))),
        reverts=original,
        reverted_by=status.get("revertedBy", ""),
        database=(reference.get("namespace", metadata["namespace"]), reference["name"]),
        relations=tuple((status.get("plan") or {}).get("relations", [])),
        frozen=bool(status.get("frozen")),
        data_at_risk=risk,
        compatibility=spec.get("compatibility", ""),
        quarantines=any("quarantine" in step for step in spec.get("migration", {}).get("steps", [])),
        quarantine=tuple(QuarantineStatus.model_validate(one) for one in status.get("quarantine", [])),
    )
