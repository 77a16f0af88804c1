"""A shop in a namespace of its own: its database with data, its people, its PostgresDatabase, its changes."""

import copy
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg import sql

from playground.installation import POSTGRES_IMAGE
from playground.kubectl import Kubectl, KubectlError, Manifest, administrator, person
from playground.patience import wait_for
from playground.server import Server, host

OWNER, AUTHOR, STRANGER = "olga@example.com", "ada@example.com", "mallory@example.com"
OWNERS_GROUP = "orders-owners"
LOGIN_SECRET = "orders-login"
BACKUPS = "backups"
HERE = Path(__file__).parent


@dataclass
class Shop:
    """One namespace with one database. Names in the cluster and in the server are told apart by the namespace."""

    namespace: str
    server: Server
    kubectl: Kubectl = field(default_factory=administrator)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    rows: int = 20_000
    patience: float = 1.0
    """How many times longer than usual a change is waited for: with processes killed it takes longer."""

    @property
    def database(self) -> str:
        """The database's name in the server."""
        return self.namespace.replace("-", "_")

    @property
    def owner_role(self) -> str:
        """The role that owns the tables."""
        return f"{self.database}_owner"

    @property
    def login(self) -> str:
        """The role that the operator's Jobs log in as."""
        return f"{self.database}_schemachange"

    def open(self, **database: Any) -> "Shop":
        """Make namespace, data, Secret, claim, people's rights and the PostgresDatabase; `database` changes its spec."""
        restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
        self.kubectl.apply(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace, "labels": restricted}}
        )
        self._fill()
        self.kubectl.apply([self.secret(), self.claim(), *self.rights(), self.manifest(**database)], self.namespace)
        return self

    def close(self) -> None:
        """Remove namespace and database; objects that hold a Job in flight go when it has ended."""
        self.kubectl.run("delete", "namespace", self.namespace, "--ignore-not-found", "--wait=false")
        with self.server.session() as session:
            name = sql.Identifier(self.database)
            session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            for role in (self.owner_role, self.login):
                session.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))

    def close_and_wait(self) -> None:
        """Remove what an earlier run, cut off, has left under this name."""
        if self.kubectl.find("namespace", self.namespace, "default") is not None:
            self.close()
            wait_for(
                f"namespace {self.namespace} to go",
                lambda: True if self.kubectl.find("namespace", self.namespace, "default") is None else None,
            )

    def _fill(self) -> None:
        self.server.make_database(self.database, self.owner_role, self.login, self.password)
        with self.server.session(self.database) as session:
            session.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(sql.Identifier(self.owner_role)))
            session.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(self.owner_role)))
            session.execute((HERE / "data.sql").read_text())
            rows = (HERE / "rows.sql").read_text()
            session.execute(rows.replace("%(rows)s", str(int(self.rows))))

    def secret(self) -> Manifest:
        """The Secret with user and password."""
        data = {"username": self.login, "password": self.password}
        return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": LOGIN_SECRET}, "stringData": data}

    def claim(self) -> Manifest:
        """The claim that backups go to, of the cluster's default storage class."""
        spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
        return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": BACKUPS}, "spec": spec}

    def rights(self) -> list[Manifest]:
        """Everybody may write changes here; only owners may approve those of this database."""
        everybody = [
            {"kind": "User", "name": name, "apiGroup": "rbac.authorization.k8s.io"} for name in (OWNER, AUTHOR, STRANGER)
        ]
        approvers = [{"kind": "User", "name": name, "apiGroup": "rbac.authorization.k8s.io"} for name in (OWNER, AUTHOR)] + [
            {"kind": "Group", "name": OWNERS_GROUP, "apiGroup": "rbac.authorization.k8s.io"}
        ]
        group = "rbac.authorization.k8s.io"
        role = {
            "apiVersion": f"{group}/v1", "kind": "Role", "metadata": {"name": "approve-orders"},
            "rules": [
                {"apiGroups": ["schemachange.dev"], "resources": ["postgresdatabases"], "resourceNames": ["orders"], "verbs": ["approve"]},
            ],
        }  # fmt: skip

        def binding(name: str, kind: str, role_name: str, subjects: list[Manifest]) -> Manifest:
            reference = {"apiGroup": group, "kind": kind, "name": role_name}
            return {
                "apiVersion": f"{group}/v1", "kind": "RoleBinding", "metadata": {"name": name}, "roleRef": reference, "subjects": subjects,
            }  # fmt: skip

        return [
            role,
            binding("authors", "ClusterRole", "schemachange-author", everybody),
            binding("approvers", "ClusterRole", "schemachange-approver", everybody + approvers[2:]),
            binding("approve-orders", "Role", "approve-orders", approvers),
        ]

    def manifest(self, **changes: Any) -> Manifest:
        """The PostgresDatabase; a member given as None is left out."""
        spec: Manifest = {
            "environment": "production",
            "connection": {
                "host": host(self.server.name),
                "database": self.database,
                "sslMode": "prefer",
                "secretName": LOGIN_SECRET,
            },
            "roles": {"migration": self.owner_role},
            "owners": [{"user": OWNER}, {"group": OWNERS_GROUP}],
            "rehearsal": {"image": POSTGRES_IMAGE},
            "backup": {"claimName": BACKUPS},
            "windows": [{"name": "always", "opens": "00:00", "minutes": 1440}],
            **changes,
        }
        spec = {key: value for key, value in spec.items() if value is not None}
        return {
            "apiVersion": "schemachange.dev/v1alpha1", "kind": "PostgresDatabase", "metadata": {"name": "orders"}, "spec": spec,
        }  # fmt: skip

    def apply(self, change: Manifest, **spec: Any) -> str:
        """Apply a SchemaChange (an example, its namespace set to this one); returns its name."""
        manifest = copy.deepcopy(change)
        manifest["metadata"].pop("namespace", None)
        manifest["spec"] = {**manifest["spec"], **spec}
        self.kubectl.apply(manifest, self.namespace)
        return str(manifest["metadata"]["name"])

    def change(self, name: str) -> Manifest:
        """The SchemaChange as it is now."""
        return self.kubectl.get("schg", name, self.namespace)

    def status(self, name: str) -> Manifest:
        """Its status."""
        status: Manifest = self.change(name).get("status", {})
        return status

    def describe(self, name: str) -> str:
        """Where it is, in a line, for messages of failed tests."""
        status = self.status(name)
        return f"{status.get('phase')}/{status.get('step')}/{status.get('reason')}: {status.get('message')}"

    def wait(
        self, name: str, phase: str, reason: str | None = None, seconds: float = 180, *, mended: bool = False
    ) -> Manifest:
        """Wait until the change is in a phase (with a reason); answers its status.

        Fails at once when it is blocked and should not be, unless what blocked it has just been `mended` beside it.
        """

        def look() -> Manifest | None:
            change = self.change(name)
            status: Manifest = change.get("status", {})
            if status.get("phase") == phase and reason in (None, status.get("reason")):
                return status
            judged = status.get("observedGeneration") == change["metadata"]["generation"]
            if status.get("phase") == "Blocked" and phase != "Blocked" and judged and not mended:
                raise AssertionError(f"{name} is blocked: {status.get('reason')}: {status.get('message')}")
            return None

        return wait_for(f"{name} to be {phase} {reason or ''}", look, seconds * self.patience, lambda: self.describe(name))

    def approve(self, name: str, by: str = OWNER, *groups: str, **changes: Any) -> None:
        """Apply the approval that the plan's ConfigMap holds ready, as a person. Raises KubectlError when refused."""
        change = self.wait_for_plan(name)
        spec = {
            "change": {"name": name, "uid": change["metadata"]["uid"]},
            "database": {"name": "orders", "namespace": self.namespace},
            "planDigest": change["status"]["plan"]["digest"],
            "approvedBy": by,
            **changes,
        }
        manifest = {
            "apiVersion": "schemachange.dev/v1alpha1", "kind": "SchemaChangeApproval",
            "metadata": {"name": f"{name}-{secrets.token_hex(3)}", "namespace": self.namespace}, "spec": spec,
        }  # fmt: skip
        person(by, *groups).create(manifest)

    def wait_for_plan(self, name: str) -> Manifest:
        """The change, once it awaits approval."""
        self.wait(name, "AwaitingApproval")
        return self.change(name)

    def carry_out(self, name: str, seconds: float = 240) -> Manifest:
        """Approve as the owner and wait until completed; returns the status."""
        self.approve(name)
        return self.wait(name, "Completed", seconds=seconds)

    def ask(self, question: str) -> Any:
        """The first column of the first row of a query on the shop's database, as the superuser."""
        return self.server.ask(self.database, question)

    def events(self, name: str) -> list[Manifest]:
        """Events about a change."""
        return [e for e in self.kubectl.list("events", self.namespace) if e["involvedObject"]["name"] == name]

    def log_of_everything(self, uid: str) -> str:
        """All logs of all pods of a change."""
        texts = []
        for pod in self.kubectl.list("pods", self.namespace, f"schemachange.dev/change-uid={uid}"):
            try:
                texts.append(self.kubectl.run("logs", pod["metadata"]["name"], "-n", self.namespace, "--all-containers"))
            except KubectlError as error:
                texts.append(str(error))
        return "\n".join(texts)
