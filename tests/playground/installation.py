"""The operator, installed as a user would: by its manifests."""

import sys
from pathlib import Path

from playground.kubectl import Kubectl, administrator
from playground.patience import wait_for
from playground.server import ensure_server
from testcluster.images import build_images
from testcluster.providers import current_cluster

REPOSITORY = Path(__file__).resolve().parents[2]
SYSTEM_NAMESPACE = "schemachange-system"
POSTGRES = "postgres"
POSTGRES_IMAGE = "localhost/debian-postgres:18"
OTHER_MAJOR_IMAGE = "localhost/debian-postgres:15"


def prepare() -> None:
    """Cluster, images, operator, database server: whatever of it is missing."""
    cluster = current_cluster()
    _say("cluster")
    cluster.up()
    _say("images")
    build_images(cluster, [])
    kubectl = administrator()
    _say("operator")
    install(kubectl)
    _say("database server")
    ensure_server(kubectl, POSTGRES, POSTGRES_IMAGE)
    _say("ready")


def install(kubectl: Kubectl) -> None:
    """Apply the default overlay; new pods where the image has changed."""
    kubectl.run("apply", "--server-side", "--force-conflicts", "-k", str(REPOSITORY / "manifests" / "default"), seconds=120)
    restart_for_new_image(kubectl)
    wait_for(
        "the operator to be ready", lambda: _ready(kubectl), 180, lambda: kubectl.run("get", "pods", "-n", SYSTEM_NAMESPACE)
    )


def restart_for_new_image(kubectl: Kubectl) -> None:
    """The tag stays the same when the image is built again, so the pods have to be told."""
    wanted = current_cluster().images().get("localhost/schemachange-operator:dev", "")
    annotation = {"metadata": {"annotations": {"playground/image": wanted}}}
    kubectl.merge("deployment", "schemachange-operator", SYSTEM_NAMESPACE, {"spec": {"template": annotation}})


def _ready(kubectl: Kubectl) -> bool | None:
    deployment = kubectl.get("deployment", "schemachange-operator", SYSTEM_NAMESPACE)
    status, wanted = deployment["status"], deployment["spec"]["replicas"]
    observed = status.get("observedGeneration") == deployment["metadata"]["generation"]
    settled = status.get("updatedReplicas") == wanted == status.get("readyReplicas") == status.get("replicas")
    return True if observed and settled else None


def _say(what: str) -> None:
    sys.stderr.write(f"playground: {what}\n")
