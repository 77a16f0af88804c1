"""ConfigMaps: frozen content and plan for the Jobs, the readable plan for people. Pure."""

from typing import Any

from schemachange_operator.api.base import API_VERSION
from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.core.jobs import JobOrder
from schemachange_operator.core.plan_files import PlanFiles
from schemachange_operator.kube import labels, pods
from schemachange_operator.kube.pods import Manifest


def frozen(order: JobOrder) -> list[Manifest]:
    """The immutable ConfigMaps that the order's Job mounts, in the Job's namespace."""
    found = [content_config_map(order)]
    if order.plan and order.plan_config_map:
        found.append(_frozen(order, order.plan_config_map, {pods.PLAN_KEY: order.plan.text()}))
    return found


def content_config_map(order: JobOrder) -> Manifest:
    """The frozen content, and the /etc/passwd that names the user id everything runs as."""
    return _frozen(order, order.content_config_map, {pods.CONTENT_KEY: order.content.text(), pods.USERS_KEY: pods.USERS})


def plan_for_people(change: SchemaChange, files: PlanFiles) -> Manifest:
    """The plan in the change's own namespace; it goes when the change goes."""
    owner = {
        "apiVersion": API_VERSION,
        "kind": "SchemaChange",
        "name": change.metadata.name,
        "uid": change.metadata.uid,
        "controller": True,
    }
    metadata = _metadata(
        files.config_map, change.metadata.namespace, change.metadata.uid, change.metadata.namespace, change.metadata.name
    )
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {**metadata, "ownerReferences": [owner]},
        "data": files.data,
    }


def _frozen(order: JobOrder, name: str, data: dict[str, str]) -> Manifest:
    change = order.change
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(name, order.namespace, change.uid, change.namespace, change.name),
        "immutable": True,
        "data": data,
    }


def _metadata(name: str, namespace: str, uid: str, change_namespace: str, change_name: str) -> dict[str, Any]:
    return {
        "name": name,
        "namespace": namespace,
        "labels": labels.of_change(uid),
        "annotations": {labels.CHANGE_NAMESPACE: change_namespace, labels.CHANGE_NAME: change_name},
    }
