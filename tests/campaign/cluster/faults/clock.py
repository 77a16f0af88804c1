"""The operator's clock jumps: an hour ahead from one process to the next, and back again."""

import base64
from pathlib import Path

from campaign.cluster.faults.operators import OPERATOR
from campaign.cluster.faults.plain import Plain
from campaign.cluster.stage import Stage, Victim
from playground.installation import SYSTEM_NAMESPACE, install
from playground.kubectl import Manifest
from testcluster.packages import ensure

LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
NAME = "clock"
AHEAD = "+3600"


class Jump(Plain):
    """Both replicas begin anew with another clock; the one before still ends its passes meanwhile."""

    whole = True

    def prepare(self, stage: Stage, victims: list[Victim]) -> None:
        """The library that gives another time lies ready."""
        ensure(str(LIBRARY))
        data = {LIBRARY.name: base64.b64encode(LIBRARY.read_bytes()).decode()}
        metadata = {"name": NAME, "namespace": SYSTEM_NAMESPACE}
        stage.kubectl.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "binaryData": data})

    def strike(self, stage: Stage, victim: Victim) -> str:
        """An hour ahead."""
        stage.kubectl.merge("deployment", OPERATOR, SYSTEM_NAMESPACE, _patch(stage))
        stage.kubectl.run("rollout", "status", "deployment", OPERATOR, "-n", SYSTEM_NAMESPACE, "--timeout=120s", seconds=150)
        return "the operator's clock is an hour ahead"

    def mend(self, stage: Stage, victims: list[Victim]) -> None:
        """And back."""
        stage.kubectl.run("delete", "deployment", OPERATOR, "-n", SYSTEM_NAMESPACE)
        install(stage.kubectl)


def _patch(stage: Stage) -> Manifest:
    container = stage.kubectl.get("deployment", OPERATOR, SYSTEM_NAMESPACE)["spec"]["template"]["spec"]["containers"][0]
    environment = [
        *container["env"],
        {"name": "LD_PRELOAD", "value": f"/clock/{LIBRARY.name}"},
        {"name": "FAKETIME", "value": AHEAD},
        # Leases and pauses go by the monotonic clock, which does not jump on any machine.
        {"name": "FAKETIME_DONT_FAKE_MONOTONIC", "value": "1"},
    ]
    mounts = [*container["volumeMounts"], {"name": NAME, "mountPath": "/clock"}]
    changed = {**container, "env": environment, "volumeMounts": mounts}
    volumes = [{"name": "tmp", "emptyDir": {}}, {"name": NAME, "configMap": {"name": NAME}}]
    return {"spec": {"template": {"spec": {"containers": [changed], "volumes": volumes}}}}
