"""Two PostgreSQL servers in the cluster: a primary, and a standby that takes over when the primary is gone.

Each is a StatefulSet of one pod. A pod that begins with an empty disk asks the other one: if that is a primary, it becomes
its standby. Which one the application reaches is a label, as with the operators that users run.
"""

import secrets
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playground.installation import POSTGRES_IMAGE
from playground.kubectl import Kubectl, KubectlError, Manifest
from playground.patience import wait_for
from playground.server import NAMESPACE, PASSWD, UID, WAIT, Server
from playground.tunnel import NoTunnel, Tunnel

NAME = "campaign"
MEMBERS = ("campaign-a", "campaign-b")
START = (
    """
set -eu
export PATH="$(ls -d /usr/lib/postgresql/*/bin | tail -1):$PATH"
export PGPASSWORD="$PASSWORD" PGCONNECT_TIMEOUT=2
if [ ! -s /data/pg/PG_VERSION ]; then
  rm -rf /data/pg
  # Only the first member ever begins from nothing, and only when nobody answers: its name may not be known yet for a moment.
  tries=0
  until answer="$(psql -h "$OTHER" -U postgres -Atc 'SELECT pg_is_in_recovery()')" && [ "$answer" = f ]; do
    tries=$((tries + 1))
    if [ "$FIRST" = yes ] && [ -z "$answer" ] && [ "$tries" -ge 3 ]; then break; fi
    sleep 1
  done
  if [ "$answer" = f ]; then
    pg_basebackup -h "$OTHER" -U postgres -D /data/pg -R -X stream -c fast --no-sync
  else
    printf '%s' "$PASSWORD" > /tmp/password
    initdb -D /data/pg -U postgres --pwfile=/tmp/password -A scram-sha-256 -E UTF8 --locale=C.UTF-8 --no-sync
    echo "host all all 0.0.0.0/0 scram-sha-256" >> /data/pg/pg_hba.conf
    echo "host replication all 0.0.0.0/0 scram-sha-256" >> /data/pg/pg_hba.conf
  fi
fi
postgres -D /data/pg -c listen_addresses='*' -c unix_socket_directories=/tmp -c max_connections=200 \
  -c shared_buffers=128MB -c wal_level=logical -c wal_keep_size=1GB -c log_statement=none -c fsync=off &
"""
    + WAIT
)
READY = {
    "exec": {"command": ["sh", "-c", "$(ls -d /usr/lib/postgresql/*/bin | tail -1)/pg_isready -h /tmp"]},
    "periodSeconds": 1,
    "timeoutSeconds": 5,
}
PSQL = 'PGPASSWORD="$PASSWORD" "$(ls -d /usr/lib/postgresql/*/bin | tail -1)/psql" -h /tmp -U postgres -v ON_ERROR_STOP=1 -Atc "$0"'


@dataclass
class Pair:
    """Both servers. `primary` is the member that the Service leads to."""

    kubectl: Kubectl
    primary: str = MEMBERS[0]

    @property
    def standby(self) -> str:
        """The member that is not the primary."""
        return next(member for member in MEMBERS if member != self.primary)

    def up(self) -> None:
        """Make both, from nothing."""
        self.down()
        self.kubectl.apply(_shared(secrets.token_urlsafe(16)), NAMESPACE)
        for member in MEMBERS:
            self.kubectl.apply(_member(member), NAMESPACE)
            self._wait_for(member)
        self._label(self.primary)
        self.wait_for_standby()

    def down(self) -> None:
        """Remove both with their data."""
        for kind in ("statefulset", "service", "secret", "configmap"):
            self.kubectl.run("delete", kind, "-n", NAMESPACE, "-l", f"app={NAME}", "--wait=true", seconds=120)
        wait_for("the old servers to go", lambda: None if self.kubectl.list("pods", NAMESPACE, f"app={NAME}") else True)

    def ask(self, member: str, question: str) -> str:
        """What a member answers to its superuser, beside the Service. Raises KubectlError."""
        return self.kubectl.run("exec", "-n", NAMESPACE, f"{member}-0", "--", "sh", "-c", PSQL, question).strip()

    def wait_for_standby(self) -> None:
        """Until the standby receives what the primary writes."""
        count = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
        wait_for("the standby", lambda: True if self._answer(self.primary, count) == "1" else None, 120, self._pods)

    def wait_synchronously(self, *, on: bool) -> None:
        """Whether a COMMIT waits for the standby."""
        self.ask(self.primary, f"ALTER SYSTEM SET synchronous_standby_names TO '{'*' if on else ''}'")
        self.ask(self.primary, "SELECT pg_reload_conf()")

    def cut_standby_off(self) -> None:
        """From now on the standby receives nothing: what is written is lost when it takes over."""
        self.ask(self.standby, "ALTER SYSTEM SET primary_conninfo TO ''")
        self.ask(self.standby, "SELECT pg_reload_conf()")
        gone = "SELECT count(*) = 0 FROM pg_stat_wal_receiver"
        wait_for("the standby to be cut off", lambda: True if self._answer(self.standby, gone) == "t" else None, 30)

    def fail_over(self) -> None:
        """The primary's node is lost with its disk; the standby takes over."""
        old, new = self.primary, self.standby
        self.kubectl.run("delete", "pod", f"{old}-0", "-n", NAMESPACE, "--force", "--grace-period=0")
        self.ask(new, "SELECT pg_promote()")
        self.ask(new, "ALTER SYSTEM RESET synchronous_standby_names")
        self.ask(new, "SELECT pg_reload_conf()")
        self.primary = new
        self._label(new)

    def restore(self) -> None:
        """Both are there again, and the standby follows."""
        for member in MEMBERS:
            self._wait_for(member)
        if self._answer(self.primary, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") != "1":
            # One that was cut off, or that began beside a primary that was just being promoted: afresh.
            self.kubectl.run("delete", "pod", f"{self.standby}-0", "-n", NAMESPACE, "--force", "--grace-period=0")
            self._wait_for(self.standby)
        self.wait_synchronously(on=False)
        self.wait_for_standby()

    def _answer(self, member: str, question: str) -> str | None:
        with suppress(KubectlError):
            return self.ask(member, question)
        return None

    def _label(self, primary: str) -> None:
        for member in MEMBERS:
            role = "role=primary" if member == primary else "role-"
            with suppress(KubectlError):
                self.kubectl.run("label", "pod", f"{member}-0", "-n", NAMESPACE, "--overwrite", role)

    def _wait_for(self, member: str) -> None:
        def ready() -> bool | None:
            pod = self.kubectl.find("pod", f"{member}-0", NAMESPACE)
            states = (pod or {}).get("status", {}).get("containerStatuses", [{}])
            going = pod is None or "deletionTimestamp" in pod["metadata"]
            return True if not going and states[0].get("ready") else None

        wait_for(f"server {member}", ready, 180, self._pods)

    def _pods(self) -> str:
        return self.kubectl.run("get", "pods", "-n", NAMESPACE, "-l", f"app={NAME}", "-o", "wide")


class PairServer(Server):
    """A superuser's way to whichever of the two is the primary."""

    def __init__(self, kubectl: Kubectl) -> None:
        super().__init__(kubectl, NAME)
        self._one_at_a_time = threading.Lock()

    def __exit__(self, *_: object) -> None:
        if self._tunnel:
            self._tunnel.close()

    def url(self, database: str) -> str:
        """Its address for other programs."""
        return f"postgresql://postgres:{self._password}@127.0.0.1:{self._port()}/{database}"

    def _port(self) -> int:
        with self._one_at_a_time:
            # A tunnel leads to one pod, and dies with it. Others may be using it: it is closed only when it is dead.
            if self._tunnel is None or not _answers(self._tunnel.port):
                if self._tunnel:
                    self._tunnel.close()
                self._tunnel = wait_for("a way to the primary", self._new_tunnel, 120)
            return self._tunnel.port

    def _new_tunnel(self) -> Tunnel | None:
        with suppress(NoTunnel):
            return Tunnel(self.kubectl, NAMESPACE, f"service/{NAME}", 5432).__enter__()
        return None

    def _close_tunnel(self) -> None:
        """Left to the next one who looks for a way."""


def _answers(port: int) -> bool:
    """Whether PostgreSQL is at the other end: it answers to a request for encryption with one letter."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(bytes.fromhex("0000000804d2162f"))
            return connection.recv(1) in (b"S", b"N")
    except OSError:
        return False


def _shared(secret: str) -> list[Manifest]:
    labels = {"app": NAME}

    def service(name: str, selector: dict[str, str], *, early: bool) -> Manifest:
        return {
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "labels": labels},
            "spec": {"selector": selector, "publishNotReadyAddresses": early, "ports": [{"port": 5432}]},
        }  # fmt: skip

    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": NAME, "labels": labels},
            "stringData": {"password": secret},
        },
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": NAME, "labels": labels}, "data": {"passwd": PASSWD}},
        service(NAME, {"app": NAME, "role": "primary"}, early=False),
        *(service(member, {"app": NAME, "member": member}, early=True) for member in MEMBERS),
    ]


def _member(name: str) -> Manifest:
    other = next(member for member in MEMBERS if member != name)
    labels = {"app": NAME, "member": name}
    container: Manifest = {
        "name": "postgres", "image": POSTGRES_IMAGE, "imagePullPolicy": "IfNotPresent", "command": ["sh", "-c", START],
        "env": [
            {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": NAME, "key": "password"}}},
            {"name": "OTHER", "value": other},
            {"name": "FIRST", "value": "yes" if name == MEMBERS[0] else "no"},
        ],
        "ports": [{"containerPort": 5432}],
        "readinessProbe": READY,
        "securityContext": {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "data", "mountPath": "/data"}, {"name": "tmp", "mountPath": "/tmp"},
            {"name": "passwd", "mountPath": "/etc/passwd", "subPath": "passwd"},
        ],
    }  # fmt: skip
    pod: Manifest = {
        "securityContext": {
            "runAsNonRoot": True, "runAsUser": UID, "runAsGroup": UID, "fsGroup": UID, "seccompProfile": {"type": "RuntimeDefault"},
        },
        "automountServiceAccountToken": False, "terminationGracePeriodSeconds": 5, "containers": [container],
        "volumes": [
            {"name": "data", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}, {"name": "passwd", "configMap": {"name": NAME}},
        ],
    }  # fmt: skip
    spec: dict[str, Any] = {
        "serviceName": name, "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod},
    }  # fmt: skip
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name, "labels": {"app": NAME}},
        "spec": spec,
    }
