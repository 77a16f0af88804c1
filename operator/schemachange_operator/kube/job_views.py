"""From a Job and its pods, as the API server shows them, to a JobView. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.jobs import JobProblem, JobState, JobView
from schemachange_operator.core.task import RunReport
from schemachange_operator.kube import labels

Json = dict[str, Any]

STUCK = {
    "ImagePullBackOff": "the image cannot be pulled",
    "ErrImagePull": "the image cannot be pulled",
    "ErrImageNeverPull": "the image is not on the node",
    "InvalidImageName": "the image's name is not valid",
    "ImageInspectError": "the image cannot be read",
    "CreateContainerConfigError": "the container cannot be set up",
    "CreateContainerError": "the container cannot be created",
    "RunContainerError": "the container cannot be started",
    "CrashLoopBackOff": "the container ends again and again",
}
"""Reasons with which a container waits although waiting alone does not help."""

JOB_NAME = "batch.kubernetes.io/job-name"


def job_view(job: Json, pods: Sequence[Json]) -> JobView:
    """One Job; `pods` are all pods of the change, of which the newest of this Job counts."""
    metadata, marks = job["metadata"], job["metadata"].get("labels", {})
    own = [pod for pod in pods if pod["metadata"].get("labels", {}).get(JOB_NAME) == metadata["name"]]
    pod = max(own, key=lambda each: str(each["metadata"].get("creationTimestamp", "")), default=None)
    state = _state(job, pod)
    finished = state in ("Succeeded", "Failed")
    failed = _failed(pod) if pod and finished else None
    return JobView(
        name=metadata["name"],
        task=Task(marks[labels.TASK]),
        step=marks.get(labels.STEP, ""),
        cycle=marks.get(labels.CYCLE, ""),
        attempt=int(marks.get(labels.ATTEMPT, "0")),
        state=state,
        report=_report(pod, failed) if pod and finished else None,
        problem=_problem(pod) if pod and not finished else None,
        failed_container=failed["name"] if failed else "",
        exit_code=failed["state"]["terminated"].get("exitCode") if failed else None,
        started=_started(pod) if pod else "",
        ended=_ended(job) if finished else "",
    )


def pod_of(view_name: str, pods: Sequence[Json]) -> Json | None:
    """The newest pod of a Job."""
    own = [pod for pod in pods if pod["metadata"].get("labels", {}).get(JOB_NAME) == view_name]
    return max(own, key=lambda each: str(each["metadata"].get("creationTimestamp", "")), default=None)


def main_container(pod: Json) -> str:
    """The container that answers for the whole pod."""
    return str(pod["spec"]["containers"][0]["name"])


def _state(job: Json, pod: Json | None) -> JobState:
    """By the Job's final conditions; SuccessCriteriaMet and FailureTarget come while pods still end, and do not count."""
    final = {c["type"] for c in job.get("status", {}).get("conditions", []) if c["status"] == "True"}
    if "deletionTimestamp" in job["metadata"]:
        return "Deleting"
    if "Complete" in final:
        return "Succeeded"
    if "Failed" in final:
        return "Failed"
    if job["spec"].get("suspend"):
        return "Suspended"
    begun = pod is not None and any("waiting" not in status["state"] for status in _statuses(pod) if status.get("state"))
    return "Running" if begun else "Pending"


def _statuses(pod: Json) -> Iterator[Json]:
    """Containers that run to an end, in their order: the throw-away server is none of them."""
    sidecars = {c["name"] for c in pod["spec"].get("initContainers", []) if c.get("restartPolicy") == "Always"}
    status = pod.get("status", {})
    for container in [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]:
        if container["name"] not in sidecars:
            yield container


def _failed(pod: Json) -> Json | None:
    """The first container that ended with a failure."""
    for container in _statuses(pod):
        if container.get("state", {}).get("terminated", {}).get("exitCode", 0) != 0:
            return container
    return None


def _report(pod: Json, failed: Json | None) -> RunReport | None:
    """The answer of the container that failed, else of the last one."""
    last = failed or next((c for c in _statuses(pod) if c["name"] == main_container(pod)), None)
    message = (last or {}).get("state", {}).get("terminated", {}).get("message", "")
    try:
        return RunReport.model_validate_json(message)
    except ValidationError:
        return None


def _problem(pod: Json) -> JobProblem | None:
    """Why the pod does not get on, as far as the cluster says."""
    status = pod.get("status", {})
    for container in [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]:
        waiting = container.get("state", {}).get("waiting", {})
        if waiting.get("reason") in STUCK:
            return JobProblem(reason=Reason.IMAGE_UNAVAILABLE, message=_stuck(container, waiting))
    for condition in status.get("conditions", []):
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return JobProblem(
                reason=Reason.JOB_PENDING, message=f"the pod cannot be scheduled: {condition.get('message', '')}"
            )
    return None


def _stuck(container: Json, waiting: Json) -> str:
    last = container.get("lastState", {}).get("terminated", {}).get("message", "").strip()
    detail = last or waiting.get("message", "")
    return f"container {container['name']} ({container.get('image', '')}): {STUCK[waiting['reason']]}: {detail}"[:1024]


def _started(pod: Json) -> str:
    return str(pod.get("status", {}).get("startTime", ""))


def _ended(job: Json) -> str:
    """When the Job reached its final condition."""
    for condition in job["status"]["conditions"]:
        if condition["type"] in ("Complete", "Failed") and condition["status"] == "True":
            return str(condition.get("lastTransitionTime", ""))
    return ""
