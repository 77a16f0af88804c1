"""Jobs and pods as the API server shows them, read."""

from typing import Any

import pytest

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.task import RunReport
from schemachange_operator.kube.job_views import job_view
from unit.kube.views import ended, job, pod, running, waiting

REPORT = RunReport(outcome="Done", reason=Reason.PLAN_READY).model_dump_json(by_alias=True)
FAILURE = RunReport(outcome="Failed", reason=Reason.AUTHENTICATION_FAILED, message="no").model_dump_json(by_alias=True)


def test_a_job_without_a_pod_is_pending() -> None:
    view = job_view(job(), [])
    assert (view.state, view.task, view.cycle, view.attempt) == ("Pending", Task.PLAN, "0123456789", 1)


def test_the_sidecar_alone_is_no_beginning() -> None:
    view = job_view(job(), [pod(init={"rehearsal-server": running(), "analyse": waiting("PodInitializing")})])
    assert view.state == "Pending"
    assert view.problem is None


def test_running() -> None:
    view = job_view(job(), [pod(init={"rehearsal-server": running(), "analyse": running()})])
    assert (view.state, view.report) == ("Running", None)
    assert view.started == "2026-11-23T12:00:00Z"


def test_the_last_container_answers() -> None:
    done = pod(init={"rehearsal-server": ended(), "analyse": ended(0, FAILURE)}, main={"rehearse": ended(0, REPORT)})
    view = job_view(job("Complete"), [done])
    assert view.state == "Succeeded"
    assert view.report is not None
    assert view.report.reason == Reason.PLAN_READY
    assert view.ended == "2026-11-23T12:05:00Z"


def test_the_container_that_failed_answers_before_the_others() -> None:
    failed = pod(init={"analyse": ended(65, FAILURE)}, main={"rehearse": waiting("PodInitializing")})
    view = job_view(job("Failed"), [failed])
    assert (view.state, view.failed_container, view.exit_code) == ("Failed", "analyse", 65)
    assert view.report is not None
    assert view.report.reason == Reason.AUTHENTICATION_FAILED


@pytest.mark.parametrize("message", ["", "panic!", '{"outcome": "Maybe"}'])
def test_an_answer_that_is_none(message: str) -> None:
    view = job_view(job("Failed"), [pod(main={"rehearse": ended(137, message)})])
    assert (view.state, view.report, view.exit_code) == ("Failed", None, 137)


def test_a_lost_pod() -> None:
    view = job_view(job("Failed"), [])
    assert (view.state, view.report, view.failed_container) == ("Failed", None, "")


@pytest.mark.parametrize("early", ["SuccessCriteriaMet", "FailureTarget"])
def test_a_job_whose_pods_still_end_has_not_ended(early: str) -> None:
    view = job_view(job(early), [pod(main={"rehearse": ended(0, REPORT)})])
    assert (view.state, view.report) == ("Running", None)


def test_the_newest_pod_counts() -> None:
    old = pod(main={"rehearse": ended(1, FAILURE)}, created="2026-11-23T11:00:00Z")
    new = pod(main={"rehearse": ended(0, REPORT)}, created="2026-11-23T12:00:00Z")
    stranger = pod(main={"rehearse": ended(1, FAILURE)}, created="2026-11-23T13:00:00Z", of="another")
    view = job_view(job("Complete"), [new, old, stranger])
    assert view.report is not None
    assert view.report.reason == Reason.PLAN_READY


def test_deleting_comes_before_all_else() -> None:
    body = job("Failed")
    body["metadata"]["deletionTimestamp"] = "2026-11-23T12:00:00Z"
    assert job_view(body, []).state == "Deleting"


def test_suspended() -> None:
    body = job()
    body["spec"]["suspend"] = True
    assert job_view(body, []).state == "Suspended"


@pytest.mark.parametrize("reason", ["ImagePullBackOff", "ErrImagePull", "CreateContainerConfigError", "InvalidImageName"])
def test_an_image_that_is_not_there(reason: str) -> None:
    view = job_view(job(), [pod(init={"analyse": waiting(reason, "no such image")})])
    assert view.problem is not None
    assert view.problem.reason == Reason.IMAGE_UNAVAILABLE
    assert "no such image" in view.problem.message
    assert "analyse" in view.problem.message


def test_a_server_that_ends_again_and_again_says_why() -> None:
    state: dict[str, Any] = {
        **waiting("CrashLoopBackOff", "back-off"),
        "lastState": ended(1, "no PostgreSQL server in this image"),
    }
    view = job_view(job(), [pod(init={"rehearsal-server": state})])
    assert view.problem is not None
    assert "no PostgreSQL server" in view.problem.message


def test_a_pod_that_no_node_takes() -> None:
    body = pod(main={})
    body["status"]["conditions"] = [{"type": "PodScheduled", "status": "False", "message": "0/1 nodes are available"}]
    view = job_view(job(), [body])
    assert view.problem is not None
    assert view.problem.reason == Reason.JOB_PENDING
    assert "0/1 nodes" in view.problem.message
