"""One file for each kind of fault."""

from campaign.cluster.faults import clock, disk, machine, operators, runners, servers
from campaign.cluster.stage import Fault

FAULTS: dict[str, Fault] = {
    "operator-killed": operators.Killed(),
    "two-operators": operators.Two(),
    "operator-clock-jumps": clock.Jump(),
    "runner-killed": runners.Killed(),
    "runner-deleted": runners.Deleted(),
    "runner-evicted": runners.Evicted(),
    "backend-terminated": servers.BackendTerminated(),
    "backend-killed": servers.BackendKilled(),
    "server-stopped-at-once": servers.StoppedAtOnce(),
    "failover-synchronous": servers.SynchronousFailover(),
    "failover-asynchronous": servers.AsynchronousFailover(),
    "kubelet-killed": machine.Restarted("kubelet"),
    "containerd-killed": machine.Restarted("containerd"),
    "api-server-away": machine.Away("kube-apiserver", 90.0),
    "backup-disk-full": disk.Full(),
}
