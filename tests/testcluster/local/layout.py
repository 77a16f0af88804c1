"""The local cluster's addresses, ports, names and folders."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from testcluster.paths import cache_directory

# Run-time state is at one fixed place of the machine, so that any checkout finds the cluster of any other.
# It is also short: a unix socket's path may not be longer than 107 bytes.
RUN_DIRECTORY = Path("/run/schemachange-cluster")

NODE_NAME = "node1"
NODE_BRIDGE = "schg-node0"
NODE_ADDRESS = "10.123.0.1"
POD_NETWORK = "10.124.0.0/24"
POD_NETWORK_NAME = "schg-pods"
SERVICE_NETWORK = "10.125.0.0/24"
API_SERVICE_ADDRESS = "10.125.0.1"
DNS_ADDRESS = "10.125.0.10"
DOMAIN = "cluster.local"

API_PORT = 16443
ETCD_PORT = 12379
ETCD_PEER_PORT = 12380
DNS_PORT = 10053
KUBELET_HEALTH_PORT = 10248
PROXY_HEALTH_PORT = 10256
PROXY_METRICS_PORT = 10249
CONTROLLER_MANAGER_PORT = 10257
SCHEDULER_PORT = 10259

CONTROL_GROUP = "schemachange-cluster"
FIREWALL_TABLE = "schemachange-cluster"
PAUSE_IMAGE = "localhost/pause:1"


@dataclass(frozen=True)
class Layout:
    """The folders of one cluster: `run` is gone after a reboot, `data` lies on disk."""

    run: Path
    data: Path

    @classmethod
    def default(cls) -> "Layout":
        """The place of a cluster that this user starts."""
        return cls(run=RUN_DIRECTORY, data=cache_directory() / "cluster")

    @property
    def keys(self) -> Path:
        """Certificates, private keys and the components' kubeconfigs."""
        return self.data / "keys"

    @property
    def configuration(self) -> Path:
        """The components' configuration files, rendered."""
        return self.data / "configuration"

    @property
    def logs(self) -> Path:
        """One log file a component."""
        return self.data / "logs"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self.data / "kubeconfig"

    @property
    def containerd_socket(self) -> Path:
        """Where containerd listens."""
        return self.run / "containerd.sock"

    def template_values(self) -> Mapping[str, str]:
        """What the configuration templates may use."""
        return {
            "run": str(self.run),
            "data": str(self.data),
            "keys": str(self.keys),
            "configuration": str(self.configuration),
            "containerd_socket": str(self.containerd_socket),
            "node_address": NODE_ADDRESS,
            "pod_network": POD_NETWORK,
            "pod_network_name": POD_NETWORK_NAME,
            "dns_address": DNS_ADDRESS,
            "dns_port": str(DNS_PORT),
            "domain": DOMAIN,
            "kubelet_health_port": str(KUBELET_HEALTH_PORT),
            "proxy_health_port": str(PROXY_HEALTH_PORT),
            "proxy_metrics_port": str(PROXY_METRICS_PORT),
            "control_group": CONTROL_GROUP,
            "firewall_table": FIREWALL_TABLE,
            "pause_image": PAUSE_IMAGE,
        }
