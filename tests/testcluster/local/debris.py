"""Taking a cluster away, running or killed, so that nothing of it is left on the machine.

Everything that could be left is known by a place or a name of our own: mounts below our folders, processes in our cgroup,
shims of our containerd's socket, our bridge, our tables. Nothing else is touched."""

import contextlib
import os
import shutil
import signal
import subprocess
from functools import partial
from pathlib import Path

from testcluster.local import machine
from testcluster.local.layout import CONTROL_GROUP, FIREWALL_TABLE, NODE_BRIDGE, POD_NETWORK_NAME, Layout
from testcluster.local.processes import Service, end, identify
from testcluster.shell import run, wait_until

# In this order: first what would start pods again, then the pods, then what they need to end.
STOPPED_BEFORE_PODS = ("kubelet", "kube-scheduler", "kube-controller-manager", "volumes")
STOPPED_AFTER_PODS = ("dns", "kube-proxy", "kube-apiserver", "etcd", "containerd")

# kube-proxy knows no other names for its tables.
FIREWALL_TABLES = (("ip", FIREWALL_TABLE), ("ip", "kube-proxy"), ("ip6", "kube-proxy"))

# The innermost first.
STRAY_FOLDERS = (
    "/var/lib/cni/results",
    "/var/lib/cni",
    "/run/containerd/s",
    "/run/containerd",
    "/var/lib/kubelet/device-plugins",
    "/var/lib/kubelet",
)

SECONDS_FOR_PODS = 10.0


def is_there(layout: Layout) -> bool:
    """Whether anything of a cluster is left on the machine."""
    groups = machine.control_group_roots(machine.CONTROL_GROUPS)
    return layout.run.exists() or machine.link_exists(NODE_BRIDGE) or any((g / CONTROL_GROUP).exists() for g in groups)


def clear(layout: Layout) -> None:
    """Stop what runs, undo what was changed, delete the cluster's state."""
    for name in STOPPED_BEFORE_PODS:
        Service(name, layout.run, layout.logs).stop()
    _kill_pods()
    _delete_containers(layout)
    for name in STOPPED_AFTER_PODS:
        Service(name, layout.run, layout.logs).stop()
    _end_shims(layout)
    unmount_below([layout.run, layout.data])
    _delete_firewall_tables()
    if machine.link_exists(NODE_BRIDGE):
        run(["ip", "link", "delete", NODE_BRIDGE])
    _delete_control_groups()
    machine.restore_kernel_settings(layout)
    _delete_strays(layout)
    shutil.rmtree(layout.data, ignore_errors=True)
    shutil.rmtree(layout.run, ignore_errors=True)


def _group_folders() -> list[Path]:
    """Our cgroups, the innermost first."""
    tops = [root / CONTROL_GROUP for root in machine.control_group_roots(machine.CONTROL_GROUPS)]
    found = [Path(folder) for top in tops for folder, _, _ in os.walk(top, topdown=False)]
    return [folder for folder in found if folder.exists()]


def _pod_processes() -> set[int]:
    pids: set[int] = set()
    for folder in _group_folders():
        with contextlib.suppress(OSError):
            pids.update(int(line) for line in (folder / "cgroup.procs").read_text().split())
    return pids


def _kill_pods() -> None:
    def none_left() -> bool:
        pids = _pod_processes()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return not pids

    wait_until(none_left, SECONDS_FOR_PODS)


def _delete_containers(layout: Layout) -> None:
    """Let a containerd that still runs take its tasks away: their shims end then, with their sockets."""
    if not Service("containerd", layout.run, layout.logs).runs():
        return
    ctr = ["ctr", "--address", str(layout.containerd_socket), "--namespace", "k8s.io"]
    for kind in ("tasks", "containers"):
        names = run([*ctr, kind, "list", "--quiet"], check=False).split()
        for name in names:
            subprocess.run([*ctr, kind, "delete", name], capture_output=True, check=False)


def _end_shims(layout: Layout) -> None:
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            ours = words[0].endswith("containerd-shim-runc-v2") and str(layout.containerd_socket) in words
            identity = identify(int(folder.name)) if ours else None
            if identity:
                end(identity)


def mount_points(mountinfo: str, folders: list[Path]) -> list[str]:
    """The mount points in or below the folders, the innermost first."""
    points = [line.split()[4].encode().decode("unicode_escape") for line in mountinfo.splitlines()]
    prefixes = tuple(f"{folder}/" for folder in folders)
    return sorted((point for point in points if f"{point}/".startswith(prefixes)), reverse=True)


def unmount_below(folders: list[Path]) -> None:
    """Unmount everything below the folders, also network namespaces, which are mounts."""
    for point in mount_points(Path("/proc/self/mountinfo").read_text(), folders):
        run(["umount", "--lazy", point], check=False)


def _delete_firewall_tables() -> None:
    for family, name in FIREWALL_TABLES:
        if machine.has_table(family, name):
            run(["nft", "delete", "table", family, name])


def _delete_control_groups() -> None:
    for folder in _group_folders():
        # Killed processes leave their cgroup a moment after they end.
        wait_until(partial(_deleted, folder), 2.0, interval=0.02)


def _deleted(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _delete_strays(layout: Layout) -> None:
    """What the kubelet, containerd and the network plugins write at places of theirs that no setting moves."""
    for link in Path("/var/log/containers").glob("*.log"):
        if link.is_symlink() and link.readlink().is_relative_to(layout.data):
            link.unlink()
    _delete_network_results(Path("/var/lib/cni/results"))
    listening = Path("/proc/net/unix").read_text()
    sockets = [*Path("/run/containerd/s").glob("*"), Path("/var/lib/kubelet/device-plugins/kubelet.sock")]
    for socket in sockets:
        if str(socket) not in listening:
            socket.unlink(missing_ok=True)
    for folder in STRAY_FOLDERS:
        # One that is not empty, or not there, is not ours to care for.
        with contextlib.suppress(OSError):
            Path(folder).rmdir()


def _delete_network_results(folder: Path) -> None:
    """The plugins' notes of each pod: of its network, by our name, and of its loopback, by everybody's."""
    for result in folder.glob(f"{POD_NETWORK_NAME}-*-eth0"):
        pod = result.name.removeprefix(f"{POD_NETWORK_NAME}-").removesuffix("-eth0")
        (folder / f"cni-loopback-{pod}-lo").unlink(missing_ok=True)
        result.unlink()
