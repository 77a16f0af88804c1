"""The operator dies, or acts twice."""

from campaign.cluster.faults.plain import Plain
from campaign.cluster.stage import Stage, Victim, running_containers
from playground.installation import SYSTEM_NAMESPACE
from playground.kubectl import Manifest
from playground.patience import wait_for

OPERATOR = "schemachange-operator"
SECOND = "second-operator"
LABEL = f"app.kubernetes.io/name={OPERATOR}"


class Killed(Plain):
    """SIGKILL of every replica at once."""

    whole = True

    def strike(self, stage: Stage, victim: Victim) -> str:
        """Kill them."""
        pods = stage.kubectl.list("pods", SYSTEM_NAMESPACE, LABEL)
        found = [identity for pod in pods for identity in running_containers(pod)]
        for identity in found:
            stage.breaking.kill_container(identity)
        return f"{len(found)} operators" if found else ""


class Two(Plain):
    """A second operator whose Lease is in another namespace: both believe that they lead."""

    whole = True

    def prepare(self, stage: Stage, victims: list[Victim]) -> None:
        """Both act from the beginning."""
        stage.kubectl.apply(_manifests(stage.kubectl.get("deployment", OPERATOR, SYSTEM_NAMESPACE)))

        def leads() -> bool | None:
            lease = stage.kubectl.find("lease", OPERATOR, SECOND)
            return True if lease and lease["spec"].get("holderIdentity") else None

        wait_for("the second operator to lead", leads, 90, lambda: stage.kubectl.run("get", "pods", "-n", SYSTEM_NAMESPACE))

    def strike(self, stage: Stage, victim: Victim) -> str:
        """One of the two is killed, too, whichever it is."""
        pods = stage.kubectl.list("pods", SYSTEM_NAMESPACE)
        found = [identity for pod in pods for identity in running_containers(pod)]
        stage.breaking.kill_container(stage.chance.choice(found))
        return "two operators, one of them killed"

    def mend(self, stage: Stage, victims: list[Victim]) -> None:
        """The second one goes."""
        stage.kubectl.delete("deployment", SECOND, SYSTEM_NAMESPACE)
        stage.kubectl.delete("namespace", SECOND, "default")


def _manifests(first: Manifest) -> list[Manifest]:
    pod: Manifest = first["spec"]["template"]["spec"]
    container = pod["containers"][0]
    others = [entry for entry in container["env"] if entry["name"] != "SCHEMACHANGE_NAMESPACE"]
    environment = [
        *others,
        {"name": "SCHEMACHANGE_NAMESPACE", "value": SECOND},
        {"name": "SCHEMACHANGE_RUNNER_IMAGE", "value": container["image"]},
    ]
    labels = {"app": SECOND}
    group = "rbac.authorization.k8s.io"
    account = {"kind": "ServiceAccount", "name": OPERATOR, "namespace": SYSTEM_NAMESPACE}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SECOND}},
        {
            "apiVersion": f"{group}/v1", "kind": "Role", "metadata": {"name": SECOND, "namespace": SECOND},
            "rules": [{"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["create", "get", "update"]}],
        },
        {
            "apiVersion": f"{group}/v1", "kind": "RoleBinding", "metadata": {"name": SECOND, "namespace": SECOND},
            "roleRef": {"apiGroup": group, "kind": "Role", "name": SECOND}, "subjects": [account],
        },
        {
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": SECOND, "namespace": SYSTEM_NAMESPACE},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {**pod, "containers": [{**container, "env": environment}]},
                },
            },
        },
    ]  # fmt: skip
