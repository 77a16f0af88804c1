"""The Jobs of one change, with what is read from their pods' logs."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.api.vocabulary import RunOutcome, Task
from schemachange_operator.core.jobs import JobView
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.task import PLAN_DOCUMENT
from schemachange_operator.kube import labels, logs, pods
from schemachange_operator.kube.client import Client
from schemachange_operator.kube.errors import ApiError, Forbidden, Invalid, NotFound
from schemachange_operator.kube.job_views import job_view, main_container, pod_of
from schemachange_operator.kube.resources import JOBS, PODS

Json = dict[str, Any]

PROGRESS_LINES = 20
"""Lines at the end of a log among which the last progress and notices are looked for."""


def observe_jobs(client: Client, change: SchemaChange, namespace: str) -> tuple[tuple[JobView, ...], PlanDocument | None]:
    """All Jobs of a change, and the plan of the one that has just made one.

    Jobs are listed before pods, so that a Job which has ended is never seen with a pod that has not.
    """
    selector = labels.selector(change.metadata.uid)
    jobs = client.list_all(JOBS, namespace, selector)
    found = client.list_all(PODS, namespace, selector) if jobs else []
    recorded = {run.job for run in change.status.runs if run.outcome != RunOutcome.RUNNING}
    fresh: PlanDocument | None = None
    views = []
    for job in jobs:
        view = job_view(job, found)
        if view.name not in recorded:
            view = _with_log(client, namespace, view, found)
            if _plans(view):
                view, document = _with_plan(client, namespace, view, found)
                fresh = document or fresh
        views.append(view)
    return tuple(views), fresh


def _with_log(client: Client, namespace: str, view: JobView, found: Sequence[Json]) -> JobView:
    """Progress and notices while it runs or where it left no report, the end of the application's tests when they failed."""
    lost = view.finished and view.report is None
    if (view.state == "Running" or lost) and view.task in (Task.BACKFILL, Task.APPLY, Task.ROLLBACK):
        try:
            log = _log(client, namespace, view, found, tail_lines=PROGRESS_LINES)
        except ApiError:
            # A kubelet that does not answer must not keep the pass from seeing everything else.
            return view
        return view.model_copy(update={"progress": logs.last_progress(log), "notices": logs.notices(log)})
    if view.failed_container == pods.APP_TESTS:
        log = _log(client, namespace, view, found, pods.APP_TESTS, tail_lines=logs.TAIL_LINES)
        return view.model_copy(update={"log_tail": logs.tail(log)})
    return view


def _plans(view: JobView) -> bool:
    return view.task == Task.PLAN and view.report is not None and view.report.plan is not None


def _with_plan(client: Client, namespace: str, view: JobView, found: Sequence[Json]) -> tuple[JobView, PlanDocument | None]:
    """The plan's document; without it the report is worth nothing, and the work counts as lost."""
    assert view.report is not None and view.report.plan is not None
    digest = view.report.plan.document_digest
    try:
        text = logs.document(_log(client, namespace, view, found), PLAN_DOCUMENT, digest)
        return view, PlanDocument.model_validate_json(text)
    except (logs.DocumentLost, ValidationError):
        return view.model_copy(update={"report": None, "state": "Failed"}), None


def _log(
    client: Client,
    namespace: str,
    view: JobView,
    found: Sequence[Json],
    container: str = "",
    tail_lines: int | None = None,
) -> str:
    """A container's log; empty where the pod, or its log, is not there (yet or any more)."""
    pod = pod_of(view.name, found)
    if pod is None:
        return ""
    try:
        return client.log(namespace, pod["metadata"]["name"], container or main_container(pod), tail_lines)
    except (NotFound, Invalid, Forbidden):
        return ""
