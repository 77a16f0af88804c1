"""The one place that writes a status."""

from typing import Any

from schemachange_operator.api.status import SchemaChangeStatus
from schemachange_operator.kube.client import Client
from schemachange_operator.kube.resources import SCHEMA_CHANGES

Json = dict[str, Any]


def write_status(client: Client, body: Json, status: SchemaChangeStatus) -> Json:
    """Write the status if it differs; the answer is the change as it is now.

    Raises Conflict when the change is not the one that was read: the pass is then made again on what is there.
    """
    if SchemaChangeStatus.model_validate(body.get("status", {})) == status:
        return body
    # A whole replacement: a merge patch would leave what is gone, and cannot say null inside of lists.
    written = {**body, "status": status.model_dump(mode="json", by_alias=True, exclude_none=True)}
    return client.replace(SCHEMA_CHANGES, written, "status")
