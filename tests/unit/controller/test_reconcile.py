"""Whole passes against an API server in memory: what is written, in which order, and what a crash leaves."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemachange_operator.api.base import API_VERSION
from schemachange_operator.api.reason import Reason
from schemachange_operator.controller.cache import Cache
from schemachange_operator.controller.queue import Key, WorkQueue
from schemachange_operator.controller.reconcile import Reconciler
from schemachange_operator.controller.resync import Resync
from schemachange_operator.controller.workers import Workers
from schemachange_operator.core.announcements import Announcement
from schemachange_operator.core.digest import text_digest
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.sources import resolve
from schemachange_operator.core.task import PlanFacts, RunReport
from schemachange_operator.kube.act import Actor
from schemachange_operator.kube.errors import Conflict, Invalid, Unavailable
from schemachange_operator.kube.observe import APPROVAL_POLICY, Observer
from schemachange_operator.kube.parsing import sibling
from schemachange_operator.kube.pods import RunnerImage
from schemachange_operator.kube.recorder import Recorder
from unit.kube import samples
from unit.kube.fake_api import FakeApi
from unit.kube.views import ended, pod
from unit.phases.simulation import CHANGE, DATABASE

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OURS = f"/apis/{API_VERSION}/namespaces/shop"
KEY = ("shop", "change")
PATH = f"{OURS}/schemachanges/change"
JOBS = "/apis/batch/v1/namespaces/shop/jobs"
ADMISSION = "/apis/admissionregistration.k8s.io/v1"


@pytest.fixture
def api() -> FakeApi:
    api = FakeApi()
    api.put(PATH, {"metadata": CHANGE["metadata"], "spec": CHANGE["spec"], "status": {"observedGeneration": -1}})
    api.put(f"{OURS}/postgresdatabases/orders", {"spec": DATABASE["spec"]})
    api.put(f"{ADMISSION}/validatingadmissionpolicies/{APPROVAL_POLICY}", {"spec": {"failurePolicy": "Fail"}})
    binding = {"spec": {"validationActions": ["Deny"]}}
    api.put(f"{ADMISSION}/validatingadmissionpolicybindings/{APPROVAL_POLICY}", binding)
    return api


@pytest.fixture
def woken() -> set[Key]:
    return set()


@pytest.fixture
def reconciler(api: FakeApi, woken: set[Key]) -> Reconciler:
    cache = Cache()
    image = RunnerImage("operator:1")
    return Reconciler(
        Observer(api, cache, lambda: NOW), Actor(api, lambda: image), Recorder(api, "test", lambda: NOW), cache, woken.update
    )


def status(api: FakeApi) -> dict[str, Any]:
    found: dict[str, Any] = api.objects[PATH]["status"]
    return found


def finish_plan(api: FakeApi) -> PlanDocument:
    """The plan's Job ends well: its pod reports, its log holds the document."""
    content, _ = resolve(samples.change().spec, {})
    assert content is not None
    document = samples.plan(content_digest=content.digest())
    report = RunReport(
        outcome="Done",
        reason=Reason.PLAN_READY,
        plan=PlanFacts(
            server_version="18.1",
            fingerprint=document.fingerprint,
            relations=document.relations,
            evidence_digest=document.evidence_digest(),
            document_digest=text_digest(document.text()),
        ),
    )
    name = api.names("jobs")[0]
    job = api.objects[f"{JOBS}/{name}"]
    job["status"] = {"conditions": [{"type": "Complete", "status": "True", "lastTransitionTime": "2026-11-23T12:00:00Z"}]}
    text = report.model_dump_json(by_alias=True, exclude_none=True)
    body = pod(main={"rehearse": ended(0, text)}, of=name)
    api.put(f"/api/v1/namespaces/shop/pods/{name}-x", body)
    lines = [{"document": "plan", "part": 0, "parts": 1, "text": document.text()}]
    api.logs[f"{name}-x/rehearse"] = "\n".join(json.dumps(line) for line in lines)
    return document


def test_the_first_pass_freezes_the_content_and_makes_the_plans_job(api: FakeApi, reconciler: Reconciler) -> None:
    assert reconciler.reconcile(KEY) is not None
    assert status(api)["phase"] == "Planning"
    assert len(api.names("jobs")) == 1
    assert [call.split()[0] + " " + call.rsplit("/", 1)[1] for call in api.changes] == [
        "PUT status",
        "POST events",
        "POST configmaps",
        "POST jobs",
    ]


def test_a_second_pass_writes_nothing_new(api: FakeApi, reconciler: Reconciler) -> None:
    reconciler.reconcile(KEY)
    reconciler.reconcile(KEY)
    reconciler.reconcile(KEY)
    before = len(api.changes)
    reconciler.reconcile(KEY)
    assert api.changes[before:] == []


def test_a_change_that_is_gone(api: FakeApi, reconciler: Reconciler) -> None:
    reconciler.reconcile(KEY)
    del api.objects[PATH]
    assert reconciler.reconcile(KEY) is None


def test_the_plan_is_stored_before_the_status_speaks_of_it(api: FakeApi, reconciler: Reconciler) -> None:
    reconciler.reconcile(KEY)
    document = finish_plan(api)
    before = len(api.changes)
    reconciler.reconcile(KEY)
    assert status(api)["phase"] == "AwaitingApproval"
    calls = [call.rsplit("/", 1)[1] for call in api.changes[before:]]
    assert calls[:3] == ["configmaps", "configmaps", "status"]
    people = api.objects["/api/v1/namespaces/shop/configmaps/change-plan"]
    assert people["data"]["plan.json"] == document.text()
    assert status(api)["plan"]["digest"] in people["data"]["approval.yaml"]
    assert people["metadata"]["ownerReferences"][0]["uid"] == CHANGE["metadata"]["uid"]


@pytest.mark.parametrize("crash", ["PUT " + PATH, "POST /api/v1/namespaces/shop/configmaps"])
def test_a_crash_while_the_plan_is_stored_loses_nothing(api: FakeApi, reconciler: Reconciler, crash: str) -> None:
    reconciler.reconcile(KEY)
    finish_plan(api)
    api.refuse = {crash: (503, "ServiceUnavailable")}
    with pytest.raises(Unavailable):
        reconciler.reconcile(KEY)
    assert status(api)["phase"] == "Planning"
    api.refuse = {}
    reconciler.reconcile(KEY)
    assert status(api)["phase"] == "AwaitingApproval"
    assert len(api.names("configmaps")) == 3


def test_a_document_that_is_lost_means_another_attempt(api: FakeApi, reconciler: Reconciler) -> None:
    reconciler.reconcile(KEY)
    finish_plan(api)
    api.logs.clear()
    reconciler.reconcile(KEY)
    assert status(api)["reason"] == "RunnerLost"


def test_no_job_is_made_on_a_status_that_could_not_be_written(api: FakeApi, reconciler: Reconciler) -> None:
    api.refuse = {"PUT " + PATH: (409, "Conflict")}
    with pytest.raises(Conflict):
        reconciler.reconcile(KEY)
    assert api.names("jobs") == []


def test_a_job_that_is_there_already_is_fine(api: FakeApi, reconciler: Reconciler, monkeypatch: Any) -> None:
    reconciler.reconcile(KEY)
    api.objects[PATH]["status"] = {"observedGeneration": -1}
    monkeypatch.setattr(api, "list_all", lambda *_: [])
    reconciler.reconcile(KEY)
    assert len(api.names("jobs")) == 1


def test_a_name_that_somebody_else_took_is_refused(api: FakeApi, reconciler: Reconciler) -> None:
    reconciler.reconcile(KEY)
    name = api.names("jobs")[0]
    api.objects[PATH]["status"] = {"observedGeneration": -1}
    api.put(f"{JOBS}/{name}", {"metadata": {"labels": {}}, "spec": {}})
    with pytest.raises(Invalid, match="is not the operator's"):
        reconciler.reconcile(KEY)


def test_people_are_told_what_the_cluster_refuses(api: FakeApi, reconciler: Reconciler) -> None:
    api.refuse = {f"POST {JOBS}": (403, "Forbidden")}
    with pytest.raises(Exception, match="Forbidden"):
        reconciler.reconcile(KEY)
    events = [body for path, body in api.objects.items() if "/events/" in path]
    assert any("The cluster refuses CreateJob" in event["message"] and event["type"] == "Warning" for event in events)


def test_frozen_content_that_was_tampered_with_is_written_anew(api: FakeApi, reconciler: Reconciler) -> None:
    reconciler.reconcile(KEY)
    path = next(path for path in api.objects if "-content-" in path)
    good = api.objects[path]["data"]
    api.objects[path]["data"] = {"content.json": "{}"}
    api.objects[PATH]["status"] = {"observedGeneration": -1}
    del api.objects[f"{JOBS}/{api.names('jobs')[0]}"]
    reconciler.reconcile(KEY)
    assert api.objects[path]["data"] == good


def test_an_object_without_its_shape_is_told_and_left_alone(api: FakeApi, reconciler: Reconciler) -> None:
    api.objects[PATH]["spec"]["migration"] = {"steps": "many"}
    assert reconciler.reconcile(KEY) == 300
    assert [call.rsplit("/", 1)[1] for call in api.changes] == ["events"]


def test_a_worker_tries_again_after_a_failure(api: FakeApi, reconciler: Reconciler) -> None:
    time = [0.0]
    queue = WorkQueue(lambda: time[0], random.Random(1))
    workers = Workers(queue, reconciler.reconcile, lambda: True, lambda: time[0])
    api.refuse = {"GET": (503, "ServiceUnavailable")}
    queue.add(KEY)
    workers.work(queue.take(0) or KEY)
    assert queue.take(0) is None
    api.refuse = {}
    time[0] += 1
    workers.work(queue.take(0) or KEY)
    assert status(api)["phase"] == "Planning"


def test_a_bug_in_one_pass_does_not_end_the_worker() -> None:
    def broken(_: tuple[str, str]) -> float | None:
        raise ZeroDivisionError

    queue = WorkQueue(lambda: 0.0, random.Random(1))
    queue.add(KEY)
    Workers(queue, broken, lambda: True, lambda: 0.0).work(queue.take(0) or KEY)
    assert queue.failed(KEY) > 0.5, "it counts as a failure"


def resync(api: FakeApi, cache: Cache, queue: WorkQueue) -> Resync:
    return Resync(api, cache, queue, lambda: True, lambda: None, random.Random(1))


def test_a_resync_clears_what_no_change_needs(api: FakeApi, reconciler: Reconciler) -> None:
    reconciler.reconcile(KEY)
    queue = WorkQueue(lambda: 0.0, random.Random(1))
    resync(api, reconciler.cache, queue).look()
    assert queue.take(0) == KEY
    queue.done(KEY)
    assert len(api.names("jobs")) == 1, "what lives is left alone"
    del api.objects[PATH]
    resync(api, reconciler.cache, queue).look()
    assert queue.take(0) == KEY, "what vanished gets a last pass"
    assert (api.names("jobs"), api.names("configmaps")) == ([], [])


def test_a_resync_never_cuts_off_what_works_on_a_target(api: FakeApi, reconciler: Reconciler) -> None:
    reconciler.reconcile(KEY)
    job = api.objects[f"{JOBS}/{api.names('jobs')[0]}"]
    job["metadata"]["labels"]["schemachange.dev/task"] = "apply"
    del api.objects[PATH]
    queue = WorkQueue(lambda: 0.0, random.Random(1))
    resync(api, reconciler.cache, queue).look()
    assert (len(api.names("jobs")), len(api.names("configmaps"))) == (1, 1)
    job["status"] = {"conditions": [{"type": "Complete", "status": "True"}]}
    resync(api, reconciler.cache, queue).look()
    assert (api.names("jobs"), api.names("configmaps")) == ([], [])


def test_the_same_event_is_counted_and_not_repeated(api: FakeApi) -> None:
    now = [NOW]
    recorder = Recorder(api, "test", lambda: now[0])
    for _ in range(50):
        recorder.record(api.objects[PATH], Announcement(Reason.JOB_RUNNING, "it runs"))
    assert len(api.changes) == 1
    now[0] += timedelta(minutes=2)
    recorder.record(api.objects[PATH], Announcement(Reason.JOB_RUNNING, "it runs"))
    events = [body for path, body in api.objects.items() if "/events/" in path]
    assert [event["count"] for event in events] == [2]
    api.refuse = {"POST": (403, "Forbidden")}
    recorder.record(api.objects[PATH], Announcement(Reason.JOB_RUNNING, "another"))


def test_jobs_of_a_change_that_has_ended_go_after_a_day(api: FakeApi, reconciler: Reconciler) -> None:
    reconciler.reconcile(KEY)
    job = api.objects[f"{JOBS}/{api.names('jobs')[0]}"]
    queue = WorkQueue(lambda: 0.0, random.Random(1))
    job["status"] = {"conditions": [{"type": "Complete", "status": "True"}]}
    resync(api, reconciler.cache, queue).look()
    assert "ttlSecondsAfterFinished" not in api.objects[f"{JOBS}/{api.names('jobs')[0]}"]["spec"]
    status(api)["phase"] = "Completed"
    resync(api, reconciler.cache, queue).look()
    assert api.objects[f"{JOBS}/{api.names('jobs')[0]}"]["spec"]["ttlSecondsAfterFinished"] == 86_400


def frozen_with_sources(api: FakeApi, reconciler: Reconciler) -> str:
    """A change whose SQL is in a ConfigMap, as it is while something of it is applied; the path of that ConfigMap."""
    source = "/api/v1/namespaces/shop/configmaps/sql"
    api.put(source, {"data": {"up": "ALTER TABLE t ADD d text", "down": "ALTER TABLE t DROP d"}})
    down = {"sqlFrom": {"name": "sql", "key": "down"}}
    api.objects[PATH]["spec"]["migration"] = {"sqlFrom": {"name": "sql", "key": "up"}}
    api.objects[PATH]["spec"]["rollback"] = down
    reconciler.reconcile(KEY)
    api.objects[PATH]["status"]["frozen"] = True
    return source


def test_what_is_frozen_outlives_its_sources(api: FakeApi, reconciler: Reconciler) -> None:
    source = frozen_with_sources(api, reconciler)
    api.objects[source]["data"]["up"] = "DROP TABLE t"
    world = reconciler.observer.world(api.objects[PATH])
    assert world.content is not None
    assert world.content.steps[0].sql == "ALTER TABLE t ADD d text"


def test_another_content_never_takes_the_place_of_what_is_frozen(api: FakeApi, reconciler: Reconciler) -> None:
    source = frozen_with_sources(api, reconciler)
    api.objects[source]["data"]["up"] = "DROP TABLE t"
    del api.objects[next(path for path in api.objects if "-content-" in path)]
    world = reconciler.observer.world(api.objects[PATH])
    assert world.content is None
    assert [problem.reason for problem in world.problems] == [Reason.CONTENT_MISMATCH]


def test_jobs_stay_in_sight_without_the_databases_object(api: FakeApi, reconciler: Reconciler) -> None:
    reconciler.reconcile(KEY)
    del api.objects[f"{OURS}/postgresdatabases/orders"]
    world = reconciler.observer.world(api.objects[PATH])
    assert world.database is None
    assert len(world.jobs) == 1


@pytest.mark.parametrize("missing", ["policy", "binding", "denial"])
def test_approvals_count_only_under_the_admission_policy(api: FakeApi, reconciler: Reconciler, missing: str) -> None:
    assert reconciler.observer.world(api.objects[PATH]).approval_policy_since == NOW
    if missing == "denial":
        path = f"{ADMISSION}/validatingadmissionpolicybindings/{APPROVAL_POLICY}"
        api.objects[path]["spec"]["validationActions"] = ["Audit"]
    else:
        plural = {"policy": "validatingadmissionpolicies", "binding": "validatingadmissionpolicybindings"}[missing]
        del api.objects[f"{ADMISSION}/{plural}/{APPROVAL_POLICY}"]
    assert reconciler.observer.world(api.objects[PATH]).approval_policy_since is None


def test_a_change_that_moves_on_wakes_those_that_wait_for_it(api: FakeApi, reconciler: Reconciler, woken: set[Key]) -> None:
    waiting = {
        "metadata": {**CHANGE["metadata"], "name": "second", "uid": "2"},
        "spec": {**CHANGE["spec"], "dependsOn": [{"name": "change"}]},
    }
    reconciler.cache.put(sibling(waiting))
    reconciler.reconcile(KEY)
    assert ("shop", "second") in woken
