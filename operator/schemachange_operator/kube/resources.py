"""The resources that the operator calls, and where each is."""

from dataclasses import dataclass
from urllib.parse import quote

from schemachange_operator.api.base import API_VERSION


@dataclass(frozen=True)
class Resource:
    """One resource of the API server."""

    api: str
    """The folder of its version: api/v1, apis/batch/v1, …"""
    plural: str

    def path(self, namespace: str | None = None, name: str | None = None, subresource: str = "") -> str:
        """The address: all of a cluster or of a namespace, one object, or a part of one."""
        parts = [self.api]
        if namespace is not None:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        if name is not None:
            parts.append(quote(name, safe=""))
        if subresource:
            parts.append(subresource)
        return "/" + "/".join(parts)


OURS = f"apis/{API_VERSION}"
SCHEMA_CHANGES = Resource(OURS, "schemachanges")
DATABASES = Resource(OURS, "postgresdatabases")
POLICIES = Resource(OURS, "schemapolicies")
APPROVALS = Resource(OURS, "schemachangeapprovals")
JOBS = Resource("apis/batch/v1", "jobs")
PODS = Resource("api/v1", "pods")
CONFIG_MAPS = Resource("api/v1", "configmaps")
EVENTS = Resource("api/v1", "events")
LEASES = Resource("apis/coordination.k8s.io/v1", "leases")
ADMISSION_POLICIES = Resource("apis/admissionregistration.k8s.io/v1", "validatingadmissionpolicies")
ADMISSION_BINDINGS = Resource("apis/admissionregistration.k8s.io/v1", "validatingadmissionpolicybindings")
