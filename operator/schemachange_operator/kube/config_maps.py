"""ConfigMaps: frozen content and plan for the Jobs, the readable plan for people. Pure."""

import base64
import gzip

from schemachange_operator.api.base import API_VERSION
from schemachange_operator.core.content import Content
from schemachange_operator.core.jobs import JobOrder, config_map_name
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.plan_files import PlanFiles
from schemachange_operator.core.plan_split import LIMIT
from schemachange_operator.core.task import ChangeIdentity
from schemachange_operator.kube import labels, pods
from schemachange_operator.kube.pods import Manifest


def frozen(order: JobOrder) -> list[Manifest]:
    """The immutable ConfigMaps that the order's Job mounts, in the Job's namespace."""
    found = [frozen_content(order.change, order.namespace, order.content)]
    if order.plan:
        found.append(frozen_plan(order.change, order.namespace, order.plan))
    return found


def frozen_content(change: ChangeIdentity, namespace: str, content: Content) -> Manifest:
    """The frozen content, and the /etc/passwd that names the user id everything runs as."""
    name = config_map_name(change, "content", content.digest())
    return _frozen(change, namespace, name, {pods.CONTENT_KEY: content.text(), pods.USERS_KEY: pods.USERS})


def frozen_plan(change: ChangeIdentity, namespace: str, plan: PlanDocument) -> Manifest:
    """The frozen plan."""
    name, text = config_map_name(change, "plan", plan.evidence_digest()), plan.text()
    if len(text.encode()) <= LIMIT:
        return _frozen(change, namespace, name, {pods.PLAN_KEY: text})
    # People have the plan elsewhere; what only programs read may be packed. Without the time, so that it is the same again.
    packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    return {**_frozen(change, namespace, name, {}), "binaryData": {pods.PACKED_PLAN_KEY: packed}}


def plan_text(body: Manifest) -> str:
    """The text of a frozen plan, packed or not; empty where there is none."""
    packed = body.get("binaryData", {}).get(pods.PACKED_PLAN_KEY)
    if packed:
        return gzip.decompress(base64.b64decode(packed)).decode()
    return str(body.get("data", {}).get(pods.PLAN_KEY, ""))


def plan_for_people(change: ChangeIdentity, files: PlanFiles) -> Manifest:
    """The plan in the change's own namespace; it goes when the change goes."""
    owner = {
        "apiVersion": API_VERSION,
        "kind": "SchemaChange",
        "name": change.name,
        "uid": change.uid,
        "controller": True,
    }
    metadata = {**_metadata(change, change.namespace, files.config_map), "ownerReferences": [owner]}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": files.data}


def _frozen(change: ChangeIdentity, namespace: str, name: str, data: dict[str, str]) -> Manifest:
    metadata = _metadata(change, namespace, name)
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "immutable": True, "data": data}


def _metadata(change: ChangeIdentity, namespace: str, name: str) -> Manifest:
    return {
        "name": name,
        "namespace": namespace,
        "labels": labels.of_change(change.uid),
        "annotations": {labels.CHANGE_NAMESPACE: change.namespace, labels.CHANGE_NAME: change.name},
    }
