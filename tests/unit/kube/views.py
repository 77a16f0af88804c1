"""Jobs and pods in the shape in which the API server of 1.34 showed them."""

from typing import Any

from unit.kube.samples import UID

Json = dict[str, Any]
NAME = "orders-currency-11111111-plan-00000000"


def job(condition: str = "", name: str = NAME, task: str = "plan", step: str = "") -> Json:
    labels = {
        "app.kubernetes.io/managed-by": "schemachange-operator",
        "schemachange.dev/change-uid": UID,
        "schemachange.dev/task": task,
        "schemachange.dev/step": step,
        "schemachange.dev/cycle": "0123456789",
        "schemachange.dev/attempt": "1",
    }
    conditions = [{"type": condition, "status": "True", "lastTransitionTime": "2026-11-23T12:05:00Z"}] if condition else []
    return {"metadata": {"name": name, "labels": labels}, "spec": {}, "status": {"conditions": conditions}}


def pod(
    init: dict[str, Json] | None = None,
    main: dict[str, Json] | None = None,
    created: str = "2026-11-23T12:00:00Z",
    of: str = NAME,
) -> Json:
    first, last = init or {}, main if main is not None else {"rehearse": waiting("PodInitializing")}
    sidecar = {"restartPolicy": "Always"}
    labels = {
        "batch.kubernetes.io/job-name": of,
        "app.kubernetes.io/managed-by": "schemachange-operator",
        "schemachange.dev/change-uid": UID,
    }
    return {
        "metadata": {"name": f"{of}-x", "creationTimestamp": created, "labels": labels},
        "spec": {
            "initContainers": [{"name": name, **(sidecar if name == "rehearsal-server" else {})} for name in first],
            "containers": [{"name": name} for name in last] or [{"name": "rehearse"}],
        },
        "status": {
            "startTime": created,
            "initContainerStatuses": [{"name": name, "image": "image", **state} for name, state in first.items()],
            "containerStatuses": [{"name": name, "image": "image", **state} for name, state in last.items()],
        },
    }


def waiting(reason: str, message: str = "") -> Json:
    return {"state": {"waiting": {"reason": reason, "message": message}}}


def running() -> Json:
    return {"state": {"running": {"startedAt": "2026-11-23T12:00:01Z"}}}


def ended(exit_code: int = 0, message: str = "") -> Json:
    terminated = {"exitCode": exit_code, "message": message}
    return {"state": {"terminated": terminated}, "terminated": terminated}
