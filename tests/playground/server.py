"""A PostgreSQL server in the cluster: a StatefulSet in a namespace of its own, one database for each who asks."""

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from playground.kubectl import Kubectl, Manifest
from playground.patience import wait_for
from playground.tunnel import Tunnel

NAMESPACE = "databases"
UID = 65532
START = """
set -eu
export PATH="$(ls -d /usr/lib/postgresql/*/bin | tail -1):$PATH"
if [ ! -s /data/pg/PG_VERSION ]; then
  printf '%s' "$PASSWORD" > /tmp/password
  initdb -D /data/pg -U postgres --pwfile=/tmp/password -A scram-sha-256 -E UTF8 --locale=C.UTF-8 --no-sync
  echo "host all all 0.0.0.0/0 scram-sha-256" >> /data/pg/pg_hba.conf
fi
exec postgres -D /data/pg -c listen_addresses='*' -c unix_socket_directories=/tmp -c max_connections=200 \
  -c shared_buffers=128MB -c wal_level=logical -c log_statement=none -c fsync=off
"""
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
            {"name": "data", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}, {"name": "passwd", "configMap": {"name": name}},
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


class Server:
    """A superuser's way to one server, through a tunnel."""

    def __init__(self, kubectl: Kubectl, name: str) -> None:
        self._kubectl = kubectl
        self.name = name
        self._tunnel: Tunnel | None = None

    def __enter__(self) -> "Server":
        self._tunnel = Tunnel(self._kubectl, NAMESPACE, f"service/{self.name}", 5432).__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        if self._tunnel:
            self._tunnel.close()

    @contextmanager
    def session(
        self, database: str = "postgres", user: str = "postgres", password: str = ""
    ) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        """A superuser's session in autocommit, or somebody else's; a tunnel that has broken is made again."""
        with psycopg.connect(
            host="127.0.0.1", port=self._port(), dbname=database, user=user, password=password or self._password(),
            autocommit=True, row_factory=dict_row, connect_timeout=10,
        ) as connection:  # fmt: skip
            yield connection

    def ask(self, database: str, question: str) -> Any:
        """The first column of the first row of a query, or None."""
        with self.session(database) as session:
            row = session.execute(question).fetchone()
            return next(iter(row.values())) if row else None

    def make_database(self, name: str, owner: str, login: str, password: str) -> None:
        """A fresh database with its owner role and the login that the operator uses."""
        with self.session() as session:
            for role, extra in ((owner, sql.SQL("NOLOGIN")), (login, sql.SQL("LOGIN PASSWORD {}").format(password))):
                session.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), extra))
            session.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(owner), sql.Identifier(login)))
            session.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner)))
            session.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(login)))

    def _port(self) -> int:
        assert self._tunnel is not None
        return self._tunnel.port

    def _password(self) -> str:
        secret = self._kubectl.get("secret", self.name, NAMESPACE)
        return base64.b64decode(secret["data"]["password"]).decode()
