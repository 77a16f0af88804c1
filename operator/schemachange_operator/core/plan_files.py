"""What the plan's ConfigMap holds: the plan for people, the plan for programs, the approval ready to be sent."""

from dataclasses import dataclass

import yaml

from schemachange_operator.api.base import API_VERSION
from schemachange_operator.api.database import PostgresDatabase
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.core.digest import short
from schemachange_operator.core.page.subject import Subject
from schemachange_operator.core.page.whole import page
from schemachange_operator.core.plan import PlanDocument

APPROVER_PLACEHOLDER = "YOUR-USER-NAME"


@dataclass(frozen=True)
class PlanFiles:
    """The ConfigMap with the plan, in the change's namespace."""

    config_map: str
    data: dict[str, str]


def config_map_of(change_name: str) -> str:
    """Where people find the plan of a change."""
    return f"{change_name}-plan"


def plan_files(
    change: SchemaChange,
    database: PostgresDatabase,
    plan: PlanDocument,
    plan_digest: str,
    policy: SchemaPolicySpec | None = None,
    approvals: int = 0,
    asked_backups: tuple[str, ...] = (),
) -> PlanFiles:
    """Markdown, JSON and the approval's manifest for one plan; `approvals` is how many people have to approve.

    `asked_backups`: steps before which the policy asks for a backup.
    """
    name = config_map_of(change.metadata.name)
    approval = approval_manifest(change, database, plan_digest)
    command = approval_command(change)
    title = f"{change.metadata.namespace}/{change.metadata.name}"
    subject = Subject(title, plan, plan.findings, change, database, policy, approvals, asked_backups=asked_backups)
    return PlanFiles(
        name,
        {
            "plan.md": "\n".join(page(subject, plan_digest, command)),
            "plan.json": plan.text(),
            "approval.yaml": f"# {command}\n{approval}",
        },
    )


def approval_manifest(change: SchemaChange, database: PostgresDatabase, plan_digest: str) -> str:
    """A SchemaChangeApproval as YAML, complete but for the approver's own name."""
    manifest = {
        "apiVersion": API_VERSION,
        "kind": "SchemaChangeApproval",
        # Generated, since several people may approve one plan.
        "metadata": {
            "generateName": f"{change.metadata.name[:40]}-{short(plan_digest, 8)}-",
            "namespace": change.metadata.namespace,
        },
        "spec": {
            "change": {"name": change.metadata.name, "uid": change.metadata.uid},
            "database": {"name": database.metadata.name, "namespace": database.metadata.namespace},
            "planDigest": plan_digest,
            "approvedBy": APPROVER_PLACEHOLDER,
            "decision": "Approved",
            "comment": "",
        },
    }
    return yaml.safe_dump(manifest, sort_keys=False)


def approval_command(change: SchemaChange) -> str:
    """The shell command with which an owner approves, as themselves."""
    place = f"configmap/{config_map_of(change.metadata.name)} --namespace {change.metadata.namespace}"
    return (
        f"kubectl get {place} --output jsonpath='{{.data.approval\\.yaml}}'"
        f" | sed \"s/{APPROVER_PLACEHOLDER}/$(kubectl auth whoami --output jsonpath='{{.status.userInfo.username}}')/\""
        " | kubectl create --filename -"
    )
