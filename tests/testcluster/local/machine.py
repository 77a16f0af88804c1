"""What the cluster changes on the machine before its processes start: a bridge, kernel settings, cgroups, a nat table."""

import json
import subprocess
from pathlib import Path

from testcluster.local.layout import CONTROL_GROUP, NODE_ADDRESS, NODE_BRIDGE, Layout
from testcluster.shell import run

KERNEL_SETTINGS = Path("/proc/sys")
CONTROL_GROUPS = Path("/sys/fs/cgroup")

# Forwarding and watches are for the pods; the others the kubelet sets by itself and never puts back.
WANTED_SETTINGS = {
    "net/ipv4/ip_forward": "1",
    "fs/inotify/max_user_instances": "1024",
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}

CONTROLLERS = {"cpu", "cpuset", "memory", "pids", "io", "hugetlb"}


def prepare(layout: Layout) -> None:
    """Make the machine ready for a node; everything here can be done twice."""
    _save_and_set_kernel_settings(layout.run / "kernel-settings.json")
    _make_node_bridge()
    make_control_groups(CONTROL_GROUPS)
    _load_masquerade_rules(layout)


def link_exists(name: str) -> bool:
    """Whether there is a network interface of this name."""
    return (Path("/sys/class/net") / name).exists()


def control_group_roots(mounted_at: Path) -> list[Path]:
    """The root of each cgroup hierarchy: one with cgroup version 2, one for each controller with version 1."""
    if (mounted_at / "cgroup.controllers").exists():
        return [mounted_at]
    return sorted({path.resolve() for path in mounted_at.glob("*") if (path / "cgroup.procs").exists()})


def make_control_groups(mounted_at: Path) -> None:
    """Make the pods' cgroup: the kubelet takes only one that exists."""
    for root in control_group_roots(mounted_at):
        if (root / "cgroup.subtree_control").exists() and root == mounted_at:
            _enable_controllers(root)
        (root / CONTROL_GROUP).mkdir(exist_ok=True)
        # A new version 1 cpuset holds no processor, and no process may enter it before it does.
        for file in ("cpuset.cpus", "cpuset.mems"):
            if (root / file).exists() and root != mounted_at:
                (root / CONTROL_GROUP / file).write_text((root / file).read_text())


def _enable_controllers(root: Path) -> None:
    there = set((root / "cgroup.controllers").read_text().split())
    enabled = set((root / "cgroup.subtree_control").read_text().split())
    for controller in sorted((CONTROLLERS & there) - enabled):
        (root / "cgroup.subtree_control").write_text(f"+{controller}")


def _save_and_set_kernel_settings(saved: Path) -> None:
    present = {name: value for name, value in WANTED_SETTINGS.items() if (KERNEL_SETTINGS / name).exists()}
    if not saved.exists():
        saved.write_text(json.dumps({name: (KERNEL_SETTINGS / name).read_text().strip() for name in present}))
    for name, value in present.items():
        (KERNEL_SETTINGS / name).write_text(value)


def restore_kernel_settings(layout: Layout) -> None:
    """Put back what the settings were before."""
    saved = layout.run / "kernel-settings.json"
    if saved.exists():
        for name, value in json.loads(saved.read_text()).items():
            (KERNEL_SETTINGS / name).write_text(value)
        saved.unlink()


def _make_node_bridge() -> None:
    """The node's address sits on a bridge without ports, so that nothing depends on the machine's own addresses."""
    if link_exists(NODE_BRIDGE):
        return
    run(["ip", "link", "add", NODE_BRIDGE, "type", "bridge"])
    run(["ip", "address", "add", f"{NODE_ADDRESS}/32", "dev", NODE_BRIDGE])
    run(["ip", "link", "set", NODE_BRIDGE, "up"])


def _load_masquerade_rules(layout: Layout) -> None:
    rules = layout.configuration / "masquerade.nft"
    # Taking the table away first, in the same transaction, keeps a second run from doubling the rules.
    text = rules.read_text()
    table = next(line for line in text.splitlines() if line.startswith("table ")).removesuffix(" {")
    run(["nft", "-f", "-"], feed=f"{table} {{}}\ndelete {table}\n{text}")


def upstream_dns() -> str:
    """The machine's own resolver as host:port, or nothing."""
    for line in Path("/etc/resolv.conf").read_text().splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver":
            return f"[{words[1]}]:53" if ":" in words[1] else f"{words[1]}:53"
    return ""


def has_table(family: str, name: str) -> bool:
    """Whether nftables holds this table."""
    return subprocess.run(["nft", "list", "table", family, name], capture_output=True, check=False).returncode == 0
