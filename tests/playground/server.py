"""A PostgreSQL server in the cluster: a StatefulSet in a namespace of its own, one database for each who asks."""

import base64
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Self

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from playground.kubectl import Kubectl, Manifest
from playground.patience import BETWEEN_LOOKS, wait_for
from playground.tunnel import NoTunnel, Tunnel

NAMESPACE = "databases"
UID = 65532
# As a container's first process PostgreSQL would take orphans of the probe, cut off on a busy machine, for crashed backends.
WAIT = """
server=$!
trap 'kill -INT "$server"' TERM INT
trap 'kill -QUIT "$server"' QUIT
while kill -0 "$server" 2>/dev/null; do wait "$server" || code=$?; done
exit "${code:-0}"
"""
START = (
    """
set -eu
export PATH="$(ls -d /usr/lib/postgresql/*/bin | tail -1):$PATH"
exec 9> /data/lock
flock 9
if [ ! -d /data/pg ]; then
  rm -rf /data/new
  printf '%s' "$PASSWORD" > /tmp/password
  initdb -D /data/new -U postgres --pwfile=/tmp/password -A scram-sha-256 -E UTF8 --locale=C.UTF-8 --no-sync
  echo "host all all 0.0.0.0/0 scram-sha-256" >> /data/new/pg_hba.conf
  mv /data/new /data/pg
fi
postgres -D /data/pg -c listen_addresses='*' -c unix_socket_directories=/tmp -c max_connections=200 \
  -c shared_buffers=128MB -c wal_level=logical -c log_statement=none -c fsync=off &
"""
    + WAIT
)
"""The lock: a pod that was deleted by force may live on for a moment beside its successor, and neither sees the other's processes, so that
PostgreSQL's own lock file does not keep them apart."""
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "4Gi"}}}
PASSWD = f"postgres:x:{UID}:{UID}:postgres:/tmp:/bin/sh\n"


def manifests(name: str, image: str, password: str) -> list[Manifest]:
    """Everything the server needs, as a restricted pod."""
    labels = {"app": name}
    pod: Manifest = {
        "securityContext": {
            "runAsNonRoot": True, "runAsUser": UID, "runAsGroup": UID, "fsGroup": UID, "seccompProfile": {"type": "RuntimeDefault"},
        },
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 20,
        "containers": [
            {
                "name": "postgres",
                "image": image,
                "imagePullPolicy": "IfNotPresent",
                "command": ["sh", "-c", START],
                "env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": name, "key": "password"}}}],
                "ports": [{"containerPort": 5432}],
                "readinessProbe": {
                    "exec": {"command": ["sh", "-c", "$(ls -d /usr/lib/postgresql/*/bin | tail -1)/pg_isready -h /tmp"]},
                    "periodSeconds": 1,
                    "timeoutSeconds": 5,
                },
                "securityContext": {
                    "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
                },
                "volumeMounts": [
                    {"name": "data", "mountPath": "/data"},
                    {"name": "tmp", "mountPath": "/tmp"},
                    {"name": "passwd", "mountPath": "/etc/passwd", "subPath": "passwd"},
                ],
            }
        ],
        "volumes": [
            {"name": "tmp", "emptyDir": {}}, {"name": "passwd", "configMap": {"name": name}},
        ],
    }  # fmt: skip
    return [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"password": password}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"passwd": PASSWD}},
        {
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"selector": labels, "ports": [{"port": 5432}]},
        },
        {
            "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": name},
            "spec": {
                "serviceName": name, "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod},
                # Whoever deletes the pod finds the data again.
                "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": CLAIM}],
            },
        },
    ]  # fmt: skip


def ensure_server(kubectl: Kubectl, name: str, image: str) -> None:
    """Bring the server up, or find it up."""
    restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
    kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": restricted}})
    if kubectl.find("statefulset", name, NAMESPACE) is None:
        kubectl.apply(manifests(name, image, secrets.token_urlsafe(16)), NAMESPACE)
    wait_for(
        f"server {name}",
        lambda: kubectl.get("statefulset", name, NAMESPACE)["status"].get("readyReplicas") or None,
        describe=lambda: kubectl.run("get", "pods", "-n", NAMESPACE, "-o", "wide"),
    )


def host(name: str) -> str:
    """The server's name inside the cluster."""
    return f"{name}.{NAMESPACE}.svc"


def gone(error: Exception) -> bool:
    """Whether the server, or the way to it, was gone; anything else is an answer."""
    starting = "the database system is" in str(error)
    if isinstance(error, psycopg.Error) and error.sqlstate:
        return starting or error.sqlstate in {"57P01", "57P02", "57P03"}
    return starting or "FATAL" not in str(error)


class Server:
    """A superuser's way to one server, through a tunnel that is made again whenever the server or its pod was gone."""

    def __init__(self, kubectl: Kubectl, name: str, patience: float = 180.0) -> None:
        self.kubectl = kubectl
        self.name = name
        self._patience = patience
        self._tunnel: Tunnel | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close_tunnel()

    @contextmanager
    def session(
        self, database: str = "postgres", user: str = "postgres", password: str = ""
    ) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        """A superuser's session in autocommit, or somebody else's; a server that does not answer is asked again."""
        with self._connected(database, user, password) as connection:
            yield connection

    def ask(self, database: str, question: str) -> Any:
        """The first column of the first row of a query, or None; asked again when the server goes away over it."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                with self.session(database) as session:
                    row = session.execute(question).fetchone()
                    return next(iter(row.values())) if row else None
            except psycopg.OperationalError as error:
                if not gone(error) or time.monotonic() > deadline:
                    raise

    def _connected(self, database: str, user: str, password: str) -> psycopg.Connection[dict[str, Any]]:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return psycopg.connect(
                    host="127.0.0.1", port=self._port(), dbname=database, user=user, password=password or self._password,
                    autocommit=True, row_factory=dict_row, connect_timeout=10,
                )  # fmt: skip
            except (psycopg.OperationalError, NoTunnel) as error:
                self._close_tunnel()
                if not gone(error) or time.monotonic() > deadline:
                    raise
                time.sleep(BETWEEN_LOOKS)

    def _port(self) -> int:
        if self._tunnel is None:
            self._tunnel = Tunnel(self.kubectl, NAMESPACE, f"service/{self.name}", 5432).__enter__()
        return self._tunnel.port

    def _close_tunnel(self) -> None:
        if self._tunnel:
            self._tunnel.close()
            self._tunnel = None

    @cached_property
    def _password(self) -> str:
        secret = self.kubectl.get("secret", self.name, NAMESPACE)
        return base64.b64decode(secret["data"]["password"]).decode()

    def make_database(self, name: str, owner: str, login: str, password: str) -> None:
        """A fresh database with its owner role and the login that the operator uses."""
        with self.session() as session:
            for role, extra in ((owner, sql.SQL("NOLOGIN")), (login, sql.SQL("LOGIN PASSWORD {}").format(password))):
                session.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), extra))
            session.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(owner), sql.Identifier(login)))
            session.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner)))
            session.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(login)))
