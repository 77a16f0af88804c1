"""The manifest of a Job. Pure: an order in, a manifest out."""

from collections.abc import Callable

from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.jobs import JobOrder
from schemachange_operator.core.task import Command
from schemachange_operator.kube import labels, pods
from schemachange_operator.kube.pods import Manifest, RunnerImage

GRACE_SECONDS = 60
"""From SIGTERM to SIGKILL: time to end a batch or to cancel a statement."""

HOUR = 3600
DEADLINES = {Task.PLAN: HOUR, Task.TEST: 6 * HOUR, Task.BACKUP: 48 * HOUR, Task.VERIFY: 6 * HOUR}
"""A backstop, in seconds. None for what changes the target: a Job that is cut off there is worse than one that hangs,
and the runner's own timeouts stand before."""

REPLACED = (Task.PLAN, Task.TEST, Task.BACKUP, Task.VERIFY)
"""Work that a drained node may simply begin again. All other retries are the operator's, after a look at the ledger."""

EXPIRY = {"spec": {"ttlSecondsAfterFinished": 24 * HOUR}}
"""The patch for a Job whose result is recorded: kept for a day, with its log. Not set from the start, since a result that
nobody has recorded yet must not vanish."""

STAYS = {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false", "karpenter.sh/do-not-disrupt": "true"}
"""Annotations that keep autoscalers from moving a pod that works."""

Containers = tuple[list[Manifest], list[Manifest]]
"""Init containers and containers."""


def job_manifest(order: JobOrder, image: RunnerImage) -> Manifest:
    """The Job for an order. Raises ValueError when the order lacks what its task needs."""
    annotations = {labels.CHANGE_NAMESPACE: order.change.namespace, labels.CHANGE_NAME: order.change.name}
    spec: Manifest = {
        "backoffLimit": 0,
        "completions": 1,
        "parallelism": 1,
        "podReplacementPolicy": "Failed",
        "podFailurePolicy": {"rules": [_disruption(order.task)]},
        "template": {
            "metadata": {"labels": _labels(order), "annotations": annotations | STAYS},
            "spec": _pod(order, image),
        },
    }
    if order.task in DEADLINES:
        spec["activeDeadlineSeconds"] = DEADLINES[order.task]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": order.name,
            "namespace": order.namespace,
            "labels": _labels(order),
            "annotations": annotations,
        },
        "spec": spec,
    }


def _labels(order: JobOrder) -> dict[str, str]:
    return {
        **labels.of_change(order.change.uid),
        labels.TASK: order.task.value,
        labels.STEP: order.step,
        labels.CYCLE: order.cycle,
        labels.ATTEMPT: str(order.attempt),
    }


def _disruption(task: Task) -> Manifest:
    action = "Ignore" if task in REPLACED else "FailJob"
    return {"action": action, "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}


def _pod(order: JobOrder, image: RunnerImage) -> Manifest:
    first, main = CONTAINERS[order.task](order, image)
    return {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": pods.USER,
            "runAsGroup": pods.USER,
            "fsGroup": pods.USER,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "initContainers": first,
        "containers": main,
        "volumes": pods.used(order, [*first, *main]),
    }


def _plan(order: JobOrder, image: RunnerImage) -> Containers:
    """Only what reads the target sees its Secret; what runs the migration does not."""
    return (
        [pods.rehearsal_server(order), pods.runner(order, image, "analyse", [pods.reading_credentials(order), pods.SOCKET])],
        [pods.runner(order, image, "rehearse", [pods.SOCKET])],
    )


def _test(order: JobOrder, image: RunnerImage) -> Containers:
    """The application's tests run between the migration and its rollback."""
    return (
        [
            pods.rehearsal_server(order),
            pods.runner(order, image, "analyse", [pods.reading_credentials(order), pods.SOCKET, *_plan_mount(order)]),
            pods.runner(order, image, "test-apply", [pods.SOCKET, *_plan_mount(order)]),
            *([pods.app_tests(order)] if order.app_tests else []),
        ],
        [pods.runner(order, image, "test-rollback", [pods.SOCKET, *_plan_mount(order)])],
    )


def _backup(order: JobOrder, image: RunnerImage) -> Containers:
    """What proves the backup has no way to the target."""
    if order.database.spec.backup is None:
        raise ValueError("the database has no place for a backup")
    restore = order.request.prove_by == "Restore"
    socket = [pods.SOCKET] if restore else []
    backup = pods.runner(order, image, "backup", [pods.CREDENTIALS, pods.BACKUP, *_plan_mount(order)])
    return (
        [*([pods.rehearsal_server(order)] if restore else []), backup],
        [pods.runner(order, image, "prove", [pods.BACKUP, *socket, *_plan_mount(order)])],
    )


def _on_target(command: Command) -> Callable[[JobOrder, RunnerImage], Containers]:
    def containers(order: JobOrder, image: RunnerImage) -> Containers:
        return [], [pods.runner(order, image, command, [pods.CREDENTIALS, *_plan_mount(order)])]

    return containers


def _plan_mount(order: JobOrder) -> list[Manifest]:
    return [pods.PLAN] if order.plan else []


CONTAINERS: dict[Task, Callable[[JobOrder, RunnerImage], Containers]] = {
    Task.PLAN: _plan,
    Task.TEST: _test,
    Task.BACKUP: _backup,
    Task.APPLY: _on_target("apply"),
    Task.BACKFILL: _on_target("backfill"),
    Task.VERIFY: _on_target("verify"),
    Task.ROLLBACK: _on_target("rollback"),
}
