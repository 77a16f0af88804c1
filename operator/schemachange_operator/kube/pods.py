"""Containers and volumes of a Job's pod. Pure: values in, manifests out."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from schemachange_operator.core import task as contract
from schemachange_operator.core.jobs import JobOrder

Manifest = dict[str, Any]

USER = 65532
"""Whom everything runs as; the frozen content brings the /etc/passwd that names it, so any image will do."""
CONTENT_KEY = "content.json"
PLAN_KEY = "plan.json"
PACKED_PLAN_KEY = "plan.json.gz"
USERS_KEY = "passwd"
USERS = f"root:x:0:0:root:/root:/sbin/nologin\nschemachange:x:{USER}:{USER}:schemachange:/tmp:/sbin/nologin\n"

SERVER = "rehearsal-server"
APP_TESTS = "app-tests"
SERVER_DATA = "/rehearsal-data"
APP_TEST_ENVIRONMENT = {
    "DATABASE_URL": "postgresql://rehearsal_app@127.0.0.1:5432/rehearsal",
    "PGHOST": "127.0.0.1",
    "PGPORT": "5432",
    "PGUSER": "rehearsal_app",
    "PGDATABASE": "rehearsal",
    "PGSSLMODE": "disable",
    "HOME": "/tmp",  # noqa: S108 - an emptyDir of its own
}


@dataclass(frozen=True)
class RunnerImage:
    """The image that our containers run, and when it is pulled."""

    name: str
    pull_policy: str = "IfNotPresent"


def runner(order: JobOrder, image: RunnerImage, command: contract.Command, mounts: Sequence[Manifest] = ()) -> Manifest:
    """A container of ours: one command of the runner."""
    return _container(
        command,
        image.name,
        [_mount("content", "/content"), _mount("work", contract.WORK_FOLDER, write=True), *_own_files(), *mounts],
        imagePullPolicy=image.pull_policy,
        args=["run", command],
        env=_environment({contract.REQUEST_VARIABLE: order.request.model_dump_json(by_alias=True), "HOME": "/tmp"}),  # noqa: S108
        resources=_resources("50m", "512Mi"),
    )


def rehearsal_server(order: JobOrder) -> Manifest:
    """The throw-away server as a native sidecar: up before the containers after it, ended by the kubelet after them."""
    return _container(
        SERVER,
        order.database.spec.rehearsal.image,
        [_mount("rehearsal-data", SERVER_DATA, write=True), SOCKET, *_own_files()],
        command=["/bin/sh", "-c", resources.files(__package__).joinpath("rehearsal_server.sh").read_text()],
        restartPolicy="Always",
        # A server that does not start says why in its log alone.
        terminationMessagePolicy="FallbackToLogsOnError",
        # The last line of postmaster.pid is what pg_ctl itself waits for; pg_isready may not be in PATH.
        startupProbe={
            "exec": {"command": ["grep", "-q", "^ready", f"{SERVER_DATA}/server/postmaster.pid"]},
            "periodSeconds": 1,
            "timeoutSeconds": 5,
            "failureThreshold": 300,
        },
        resources=_resources("50m", order.database.spec.rehearsal.memory),
    )


def app_tests(order: JobOrder) -> Manifest:
    """The application's own tests: a stranger's image, hence no Secret and no folder that ours read."""
    if order.app_tests is None:
        raise ValueError("the order names no application tests")
    return _container(
        APP_TESTS,
        order.app_tests.image,
        [_mount("app-tests-tmp", "/tmp", write=True), _users()],  # noqa: S108
        **({"command": list(order.app_tests.command)} if order.app_tests.command else {}),
        env=_environment(APP_TEST_ENVIRONMENT),
        resources={"requests": {"cpu": "50m", "memory": "64Mi"}},
    )


def volumes(order: JobOrder) -> list[Manifest]:
    """Everything that some container of the order mounts."""
    spec = order.database.spec
    found: list[Manifest] = [
        {"name": "content", "configMap": {"name": order.content_config_map, "defaultMode": 0o444}},
        # Optional: a missing Secret is reported by the runner instead of a pod that hangs.
        {
            "name": "credentials",
            "secret": {"secretName": spec.connection.secret_name, "optional": True, "defaultMode": 0o440},
        },
        {
            "name": "planning-credentials",
            "secret": {"secretName": spec.connection.for_planning().secret_name, "optional": True, "defaultMode": 0o440},
        },
        *({"name": name, "emptyDir": {}} for name in ("work", "tmp", "app-tests-tmp", "rehearsal", "rehearsal-data")),
    ]
    if order.plan_config_map:
        found.append({"name": "plan", "configMap": {"name": order.plan_config_map, "defaultMode": 0o444}})
    if spec.backup:
        found.append({"name": "backup", "persistentVolumeClaim": {"claimName": spec.backup.claim_name}})
    return found


def used(order: JobOrder, containers: Sequence[Manifest]) -> list[Manifest]:
    """The volumes that these containers mount; a pod must not wait for a claim that it does not use."""
    names = {mount["name"] for container in containers for mount in container["volumeMounts"]}
    return [volume for volume in volumes(order) if volume["name"] in names]


def _mount(name: str, path: str, *, write: bool = False) -> Manifest:
    return {"name": name, "mountPath": path, **({} if write else {"readOnly": True})}


CREDENTIALS = _mount("credentials", contract.SECRET_FOLDER)
PLANNING_CREDENTIALS = _mount("planning-credentials", contract.SECRET_FOLDER)
PLAN = _mount("plan", "/plan")
SOCKET = _mount("rehearsal", contract.REHEARSAL_SOCKET, write=True)
BACKUP = _mount("backup", contract.BACKUP_FOLDER, write=True)


def reading_credentials(order: JobOrder) -> Manifest:
    """The Secret of what only reads the target: one of its own where the database names one."""
    return PLANNING_CREDENTIALS if order.database.spec.connection.planning_secret_name else CREDENTIALS


def _own_files() -> list[Manifest]:
    return [_mount("tmp", "/tmp", write=True), _users()]  # noqa: S108


def _users() -> Manifest:
    return {"name": "content", "mountPath": "/etc/passwd", "subPath": USERS_KEY, "readOnly": True}


def _environment(variables: dict[str, str]) -> list[Manifest]:
    return [{"name": name, "value": value} for name, value in variables.items()]


def _resources(cpu: str, memory: str) -> Manifest:
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}}


def _container(name: str, image: str, mounts: list[Manifest], **members: Any) -> Manifest:
    return {
        "name": name,
        "image": image,
        "terminationMessagePolicy": "File",
        **members,
        "volumeMounts": mounts,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
