"""The cluster's processes: how each is started and how its health is asked for."""

import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from testcluster.local import layout as place
from testcluster.local.layout import Layout

HEALTH_TIMEOUT = 2.0


@dataclass(frozen=True)
class Component:
    """One process of the cluster."""

    name: str
    command: list[str]
    is_healthy: Callable[[], bool]


def answers(url: str) -> bool:
    """Whether a health endpoint says 200. It is local and its certificate is self-signed: nobody's identity is at stake."""
    context = ssl._create_unverified_context() if url.startswith("https:") else None
    try:
        with urllib.request.urlopen(url, timeout=HEALTH_TIMEOUT, context=context) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def listens(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(HEALTH_TIMEOUT)
        try:
            client.connect(address)
        except OSError:
            return False
    return True


def components(layout: Layout, binary: Path, upstream_dns: str) -> list[Component]:
    """All processes, each after those it needs."""
    return [
        _containerd(layout),
        _etcd(layout, binary),
        _api_server(layout, binary),
        _controller_manager(layout, binary),
        _scheduler(layout, binary),
        _kubelet(layout, binary),
        _proxy(layout, binary),
        _dns(layout, binary, upstream_dns),
        _volumes(layout, binary),
    ]


def _containerd(layout: Layout) -> Component:
    command = ["containerd", "--config", f"{layout.configuration}/containerd.toml"]
    return Component("containerd", command, lambda: listens(socket.AF_UNIX, str(layout.containerd_socket)))


def _etcd(layout: Layout, binary: Path) -> Component:
    client, peer = (f"http://127.0.0.1:{port}" for port in (place.ETCD_PORT, place.ETCD_PEER_PORT))
    command = [
        str(binary),
        "etcd",
        f"--name={place.NODE_NAME}",
        f"--data-dir={layout.data}/etcd",
        # Nothing of a test cluster needs to outlive the machine's crash.
        "--unsafe-no-fsync",
        "--log-level=warn",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster={place.NODE_NAME}={peer}",
    ]
    return Component("etcd", command, lambda: answers(f"{client}/health"))


def _api_server(layout: Layout, binary: Path) -> Component:
    keys = layout.keys
    command = [
        str(binary),
        "kube-apiserver",
        f"--etcd-servers=http://127.0.0.1:{place.ETCD_PORT}",
        f"--bind-address={place.NODE_ADDRESS}",
        f"--advertise-address={place.NODE_ADDRESS}",
        f"--secure-port={place.API_PORT}",
        f"--service-cluster-ip-range={place.SERVICE_NETWORK}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        f"--client-ca-file={keys}/ca.crt",
        f"--tls-cert-file={keys}/apiserver.crt",
        f"--tls-private-key-file={keys}/apiserver.key",
        f"--service-account-key-file={keys}/tokens.pub",
        f"--service-account-signing-key-file={keys}/tokens.key",
        f"--service-account-issuer=https://kubernetes.default.svc.{place.DOMAIN}",
        f"--kubelet-client-certificate={keys}/apiserver-to-kubelet.crt",
        f"--kubelet-client-key={keys}/apiserver-to-kubelet.key",
        f"--kubelet-certificate-authority={keys}/ca.crt",
        "--kubelet-preferred-address-types=InternalIP",
        f"--requestheader-client-ca-file={keys}/ca.crt",
        "--requestheader-allowed-names=front-proxy",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={keys}/front-proxy.crt",
        f"--proxy-client-key-file={keys}/front-proxy.key",
        "--profiling=false",
    ]
    url = f"https://{place.NODE_ADDRESS}:{place.API_PORT}/readyz"
    return Component("kube-apiserver", command, lambda: answers(url))


def _controller_manager(layout: Layout, binary: Path) -> Component:
    keys = layout.keys
    command = [
        str(binary),
        "kube-controller-manager",
        f"--kubeconfig={keys}/kube-controller-manager.kubeconfig",
        "--leader-elect=false",
        "--use-service-account-credentials=true",
        f"--service-account-private-key-file={keys}/tokens.key",
        f"--root-ca-file={keys}/ca.crt",
        f"--cluster-signing-cert-file={keys}/ca.crt",
        f"--cluster-signing-key-file={keys}/ca.key",
        "--allocate-node-cidrs=true",
        f"--cluster-cidr={place.POD_NETWORK}",
        "--node-cidr-mask-size=24",
        f"--service-cluster-ip-range={place.SERVICE_NETWORK}",
        "--bind-address=127.0.0.1",
        f"--secure-port={place.CONTROLLER_MANAGER_PORT}",
        f"--flex-volume-plugin-dir={layout.data}/volume-plugins",
        "--profiling=false",
    ]
    url = f"https://127.0.0.1:{place.CONTROLLER_MANAGER_PORT}/healthz"
    return Component("kube-controller-manager", command, lambda: answers(url))


def _scheduler(layout: Layout, binary: Path) -> Component:
    command = [
        str(binary),
        "kube-scheduler",
        f"--kubeconfig={layout.keys}/kube-scheduler.kubeconfig",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        f"--secure-port={place.SCHEDULER_PORT}",
        "--profiling=false",
    ]
    url = f"https://127.0.0.1:{place.SCHEDULER_PORT}/healthz"
    return Component("kube-scheduler", command, lambda: answers(url))


def _kubelet(layout: Layout, binary: Path) -> Component:
    command = [
        str(binary),
        "kubelet",
        f"--config={layout.configuration}/kubelet.yaml",
        f"--kubeconfig={layout.keys}/kubelet.kubeconfig",
        f"--root-dir={layout.data}/kubelet",
        f"--cert-dir={layout.keys}/kubelet",
        f"--hostname-override={place.NODE_NAME}",
        f"--node-ip={place.NODE_ADDRESS}",
    ]
    url = f"http://127.0.0.1:{place.KUBELET_HEALTH_PORT}/healthz"
    return Component("kubelet", command, lambda: answers(url))


def _proxy(layout: Layout, binary: Path) -> Component:
    configuration = f"--config={layout.configuration}/kube-proxy.yaml"
    command = [str(binary), "kube-proxy", configuration, f"--hostname-override={place.NODE_NAME}"]
    url = f"http://127.0.0.1:{place.PROXY_HEALTH_PORT}/healthz"
    return Component("kube-proxy", command, lambda: answers(url))


def _dns(layout: Layout, binary: Path, upstream: str) -> Component:
    command = [
        str(binary),
        "dns",
        f"-kubeconfig={layout.keys}/dns.kubeconfig",
        f"-listen={place.NODE_ADDRESS}:{place.DNS_PORT}",
        f"-upstream={upstream}",
        f"-domain={place.DOMAIN}.",
    ]
    return Component("dns", command, lambda: listens(socket.AF_INET, (place.NODE_ADDRESS, place.DNS_PORT)))


def _volumes(layout: Layout, binary: Path) -> Component:
    kubeconfig = f"-kubeconfig={layout.keys}/volumes.kubeconfig"
    command = [str(binary), "volumes", kubeconfig, f"-directory={layout.data}/volumes", "-class=local"]
    # It has no port: that the process is alive is all there is to ask.
    return Component("volumes", command, lambda: True)
