"""What one may kill while the demo runs, with the commands to paste into another terminal."""

from demo.terminal import Terminal
from playground.installation import POSTGRES, SYSTEM_NAMESPACE
from playground.server import NAMESPACE as DATABASES
from playground.shop import Shop
from testcluster.cluster import Cluster

NOW = "--grace-period=0 --force"
PARTS = ("kube-apiserver", "etcd", "kubelet", "containerd")


def ways(shop: Shop, cluster: Cluster) -> dict[str, str]:
    """Each victim with its command; `k` is kubectl."""
    server = f"k -n {DATABASES} exec {POSTGRES}-0 -- sh -c"
    # The brackets keep the pattern from finding the shell that looks for it.
    sessions = f"grep -l '[{shop.login[0]}]{shop.login[1:]}' /proc/[0-9]*/cmdline | cut -d/ -f3 | xargs kill -9"
    return {
        "the operator": f"k -n {SYSTEM_NAMESPACE} delete pods -l app.kubernetes.io/name=schemachange-operator {NOW}",
        "the Job at work": f"k -n {shop.namespace} delete pods -l schemachange.dev/task {NOW}",
        "its sessions in PostgreSQL": f'{server} "{sessions}"',
        "PostgreSQL": f"{server} 'kill -QUIT 1'",
        "PostgreSQL's pod": f"k -n {DATABASES} delete pod {POSTGRES}-0",
        "the client": f"k -n {shop.namespace} delete pods -l app=client {NOW}",
        **{part: cluster.kill_command(part) for part in PARTS},
    }


def invite(terminal: Terminal, shop: Shop, cluster: Cluster) -> None:
    """Say it, before the first story."""
    terminal.title(
        "Kill what you like meanwhile, from another terminal (what is killed comes back, and each change ends right):"
    )
    terminal.say(f"export KUBECONFIG={shop.kubectl.kubeconfig}; alias k={shop.kubectl.program}")
    for victim, command in ways(shop, cluster).items():
        terminal.say(f"{victim + ':':28} {command}")
    terminal.say(f"look on with: k -n {shop.namespace} get schg -w")
