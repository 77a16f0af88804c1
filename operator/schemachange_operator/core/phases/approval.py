"""AwaitingApproval: enough owners have signed exactly this plan, and none has rejected it."""

from schemachange_operator.api.approval import SchemaChangeApproval
from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import ApprovalRecord
from schemachange_operator.api.vocabulary import Phase
from schemachange_operator.core.approvals import approvals_wanted
from schemachange_operator.core.digest import short
from schemachange_operator.core.evidence import moment
from schemachange_operator.core.outcome import Blocked, Done, Outcome, Wait
from schemachange_operator.core.phases.planning import resumed
from schemachange_operator.core.world import World


def step(world: World) -> tuple[Phase, Outcome]:
    """A rejection blocks; otherwise different people are counted."""
    if resumed(world) or world.status.frozen:
        return Phase.AWAITING_APPROVAL, Done(Reason.APPROVED, f"Approved by {world.status.approved_by}, before it began.")
    records = judged(world)
    return Phase.AWAITING_APPROVAL, _rejected(records) or _counted(world, records)


def _rejected(records: tuple[ApprovalRecord, ...]) -> Outcome | None:
    for record in records:
        if record.valid and record.decision == "Rejected":
            return Blocked(
                Reason.APPROVAL_REJECTED,
                f"{record.approved_by} rejected this plan: {record.message or 'no comment'}. Edit the change, which makes a new plan.",
            )
    return None


def _counted(world: World, records: tuple[ApprovalRecord, ...]) -> Outcome:
    plan = world.status.plan
    if world.approval_policy_since is None:
        return Blocked(
            Reason.APPROVAL_POLICY_MISSING,
            "The ValidatingAdmissionPolicy that proves who approves, or its binding, is not installed, so that no approval can be"
            " trusted. Nothing was touched. Install the operator's manifests.",
        )
    people = sorted({record.approved_by for record in records if record.valid})
    wanted = wanted_count(world)
    if len(people) >= wanted:
        return Done(Reason.APPROVED, f"Approved by {', '.join(people)}.")
    refused = [f"{r.approved_by}: {r.message}" for r in records if not r.valid]
    hint = f" Not counted: {'; '.join(refused)}." if refused else ""
    return Wait(
        Reason.APPROVAL_PENDING,
        f"{len(people)} of {wanted} approvals of plan {short(plan.digest) if plan else ''}. An owner of the database reads ConfigMap"
        f" {plan.config_map if plan else ''} and applies its approval.yaml.{hint}",
    )


def wanted_count(world: World) -> int:
    """How many people have to approve: the change's own number, with the policy's as the floor."""
    rules, plan = world.policy.approvals if world.policy else None, world.status.plan
    return approvals_wanted(
        world.change.spec.approval.count,
        rules,
        destroys=bool(plan and plan.destroys),
        second=bool(plan and plan.second_approval),
    )


def judged(world: World) -> tuple[ApprovalRecord, ...]:
    """Every approval seen for this change, and whether it counts."""
    return tuple(_judged(world, approval) for approval in sorted(world.approvals, key=_age))


def _age(approval: SchemaChangeApproval) -> tuple[str, str]:
    return approval.metadata.creation_timestamp or "", approval.metadata.name


def _judged(world: World, approval: SchemaChangeApproval) -> ApprovalRecord:
    spec = approval.spec
    objection = _objection(world, approval)
    return ApprovalRecord(
        name=approval.metadata.name,
        approved_by=spec.approved_by,
        decision=spec.decision,
        valid=objection is None,
        message=objection or (spec.comment if spec.decision == "Rejected" else ""),
        at=approval.metadata.creation_timestamp,
    )


def _objection(world: World, approval: SchemaChangeApproval) -> str | None:
    """Why an approval does not count; None when it does."""
    spec, plan, database = approval.spec, world.status.plan, world.database
    created, since = approval.metadata.creation_timestamp, world.approval_policy_since
    if spec.change.uid != world.change.metadata.uid:
        return "it names another object of this name (uid)"
    if database is None or (spec.database.namespace, spec.database.name) != (
        database.metadata.namespace,
        database.metadata.name,
    ):
        return "it names another database"
    if plan is None or spec.plan_digest != plan.digest:
        return "it names another plan digest; the plan has changed since"
    if spec.approved_by == world.change.spec.author:
        return "the author cannot approve"
    if not _owns(world, spec.approved_by, spec.on_behalf_of):
        return "not an owner of this database"
    if since is None or created is None or moment(created) < since:
        return "it is older than the admission policy that proves who approved"
    return None


def _owns(world: World, user: str, group: str | None) -> bool:
    owners = world.database.spec.owners if world.database else ()
    return any(owner.user == user or (group is not None and owner.group == group) for owner in owners)
