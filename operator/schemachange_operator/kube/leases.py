"""The Lease of the election, at the API server."""

from dataclasses import dataclass
from typing import Any

from schemachange_operator.kube.client import Client
from schemachange_operator.kube.resources import LEASES

Json = dict[str, Any]

LEASE = "schemachange-operator"


@dataclass(frozen=True)
class LeaseStore:
    """One Lease. Its client has timeouts shorter than the renewal's time, and no other user."""

    client: Client
    namespace: str

    def read(self) -> Json | None:
        """The Lease, or None."""
        return self.client.find(LEASES, LEASE, self.namespace)

    def create(self, spec: Json) -> Json:
        """Make it. Raises AlreadyExists."""
        return self.client.create(
            LEASES,
            {
                "apiVersion": "coordination.k8s.io/v1",
                "kind": "Lease",
                "metadata": {"name": LEASE, "namespace": self.namespace},
                "spec": spec,
            },
        )

    def update(self, lease: Json) -> Json:
        """Write it. Raises Conflict."""
        return self.client.replace(LEASES, lease)
