"""What the Jobs look like: whole, as golden files, and the promises that hold for all of them."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.jobs import job_name
from schemachange_operator.core.task import REQUEST_VARIABLE, ChangeIdentity
from schemachange_operator.kube.config_maps import frozen
from schemachange_operator.kube.jobs import job_manifest
from schemachange_operator.kube.pods import CREDENTIALS, SERVER, RunnerImage
from unit.kube import samples

GOLDEN = Path(__file__).parent / "golden"
IMAGE = RunnerImage("registry/schemachange-operator:1.0")


def manifest(task: Task, **changes: Any) -> dict[str, Any]:
    return job_manifest(samples.order(task, **changes), IMAGE)


def containers(job: dict[str, Any]) -> list[dict[str, Any]]:
    pod = job["spec"]["template"]["spec"]
    return [*pod["initContainers"], *pod["containers"]]


class Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


@pytest.mark.parametrize("task", list(Task))
def test_as_agreed(task: Task) -> None:
    job = manifest(task, step="add" if task in (Task.APPLY, Task.BACKUP) else "")
    for container in containers(job):
        for variable in container.get("env", []):
            variable["value"] = "the request" if variable["name"] == REQUEST_VARIABLE else variable["value"]
        if container["name"] == SERVER:
            container["command"][2] = "rehearsal_server.sh"
    text = yaml.dump(job, Dumper=Plain, sort_keys=False, width=120)
    golden = GOLDEN / f"job-{task.value}.yaml"
    if not golden.exists():
        golden.write_text(text)
        pytest.fail(f"{golden.name} was not there; it is written now, look at it")
    assert text == golden.read_text()


@pytest.mark.parametrize("task", list(Task))
def test_every_container_is_restricted(task: Task) -> None:
    job = manifest(task)
    pod = job["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in containers(job):
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["securityContext"]["allowPrivilegeEscalation"] is False


SEES_THE_SECRET = {
    Task.PLAN: {"analyse"},
    Task.TEST: {"analyse"},
    Task.BACKUP: {"backup"},
    Task.APPLY: {"apply"},
    Task.BACKFILL: {"backfill"},
    Task.VERIFY: {"verify"},
    Task.ROLLBACK: {"rollback"},
}


@pytest.mark.parametrize("task", list(Task))
def test_only_what_reads_the_target_sees_its_secret(task: Task) -> None:
    seeing = {c["name"] for c in containers(manifest(task)) if CREDENTIALS in c["volumeMounts"]}
    assert seeing == SEES_THE_SECRET[task]


def test_the_tests_of_strangers_see_nothing_of_ours() -> None:
    tests = next(c for c in containers(manifest(Task.TEST)) if c["name"] == "app-tests")
    assert {mount["mountPath"] for mount in tests["volumeMounts"]} == {"/tmp", "/etc/passwd"}
    assert all("SCHEMACHANGE" not in variable["name"] for variable in tests["env"])


@pytest.mark.parametrize("task", [Task.APPLY, Task.BACKFILL, Task.ROLLBACK])
def test_nothing_cuts_off_what_changes_the_target(task: Task) -> None:
    spec = manifest(task)["spec"]
    assert "activeDeadlineSeconds" not in spec
    assert spec["backoffLimit"] == 0
    assert spec["podFailurePolicy"]["rules"][0]["action"] == "FailJob"


def test_a_backup_that_is_only_listed_needs_no_server() -> None:
    order = samples.order(Task.BACKUP)
    order = order.model_copy(update={"request": order.request.model_copy(update={"prove_by": "Checksum"})})
    assert [c["name"] for c in containers(job_manifest(order, IMAGE))] == ["backup", "prove"]


def test_without_a_place_there_is_no_backup() -> None:
    order = samples.order(Task.BACKUP)
    spec = order.database.spec.model_copy(update={"backup": None})
    with pytest.raises(ValueError, match="no place"):
        job_manifest(order.model_copy(update={"database": order.database.model_copy(update={"spec": spec})}), IMAGE)


def test_names_are_the_same_for_the_same_work_and_fit() -> None:
    long = ChangeIdentity(uid="0123456789abcdef", namespace="shop", name="a.very-long" * 20)
    names = {
        job_name(change, task, step, cycle, attempt)
        for change in (long, samples.IDENTITY, long.model_copy(update={"uid": "x" * 36}))
        for task in Task
        for step in ("", "a" * 30, "a" * 29 + "b")
        for cycle in ("0123456789", "abcdefabcd")
        for attempt in (1, 2)
    }
    assert len(names) == 3 * len(Task) * 3 * 2 * 2
    assert max(map(len, names)) <= 63
    assert all(name.replace("-", "").isalnum() and name == name.strip("-") for name in names)


def test_what_is_frozen_cannot_be_changed_and_is_named_by_its_digest() -> None:
    content, plan = frozen(samples.order(Task.APPLY))
    assert content["immutable"]
    assert content["data"]["content.json"] == samples.CONTENT.text()
    assert samples.CONTENT.digest().removeprefix("sha256:")[:16] in content["metadata"]["name"]
    assert plan["data"] == {"plan.json": samples.plan().text()}


@pytest.mark.parametrize("task", list(Task))
def test_only_what_analyses_sees_the_login_that_reads_where_there_is_one(task: Task) -> None:
    given = samples.database()
    connection = given.spec.connection.model_copy(update={"planning_secret_name": "orders-planning"})
    database = given.model_copy(update={"spec": given.spec.model_copy(update={"connection": connection})})
    job = job_manifest(samples.order(task).model_copy(update={"database": database}), IMAGE)
    volumes = job["spec"]["template"]["spec"]["volumes"]
    secrets = {volume["name"]: volume["secret"]["secretName"] for volume in volumes if "secret" in volume}
    mounted = {
        container["name"]: secrets[mount["name"]]
        for container in containers(job)
        for mount in container["volumeMounts"]
        if mount["name"] in secrets
    }
    if task in (Task.PLAN, Task.TEST):
        assert mounted == {"analyse": "orders-planning"}
    else:
        assert set(mounted.values()) == {connection.secret_name}
