"""From a wanted piece of work to the Job that does it: what its containers are told."""

from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.evidence import backup_path
from schemachange_operator.core.jobs import JobOrder
from schemachange_operator.core.outcome import CreateJob
from schemachange_operator.core.task import Approver, ChangeIdentity, Record, RunRequest
from schemachange_operator.core.world import World

BEFORE_THE_PLAN = (Task.PLAN,)


def job_order(world: World, wanted: CreateJob) -> JobOrder:
    """The order for a Job. The world has a database and a content, or nothing would have been wanted."""
    assert world.database is not None and world.content is not None
    planned = wanted.task not in BEFORE_THE_PLAN
    return JobOrder(
        task=wanted.task,
        change=identity(world),
        cycle=world.cycle,
        attempt=wanted.attempt,
        step=wanted.step,
        request=run_request(world, wanted),
        content=world.content,
        plan=(world.stored_plan or world.fresh_plan) if planned else None,
        database=world.database,
        app_tests=world.change.spec.test.app_tests if wanted.task == Task.TEST else None,
    )


def identity(world: World) -> ChangeIdentity:
    """Which change it is."""
    metadata = world.change.metadata
    return ChangeIdentity(uid=metadata.uid, namespace=metadata.namespace, name=metadata.name)


def run_request(world: World, wanted: CreateJob) -> RunRequest:
    """What the containers of a Job are told."""
    assert world.database is not None and world.content is not None and world.policy is not None
    spec, plan, database = world.change.spec, world.status.plan, world.database.spec
    planned = plan if wanted.task not in BEFORE_THE_PLAN else None
    return RunRequest(
        task=wanted.task,
        change=identity(world),
        connection=database.connection,
        migration_role=database.roles.migration,
        search_path=database.search_path,
        policy=world.policy,
        content_digest=world.content.digest(),
        plan_digest=planned.digest if planned else "",
        fingerprint=planned.fingerprint if planned else "",
        relations=planned.relations if planned else (),
        step=wanted.step,
        attempt=wanted.attempt,
        record=record(world),
        steps_done=world.steps_done(),
        abort_reason=spec.abort.reason if spec.abort else "",
        backup_path=backup_path(world, wanted.step) if wanted.task == Task.BACKUP else "",
        backup_scope=spec.backup.scope,
        disk_mebibytes=database.disk_mebibytes,
        depends_on=dependencies(world),
        prove_by=spec.backup.prove_by or world.policy.backup.prove_by,
    )


def dependencies(world: World) -> tuple[str, ...]:
    """Names of the changes before this one whose record is in the same database's ledger."""
    assert world.database is not None
    metadata = world.database.metadata
    place, own = (metadata.namespace, metadata.name), world.change.metadata.namespace
    beside = {s.name for s in world.siblings if s.namespace == own and s.database == place}
    return tuple(one.name for one in world.change.spec.depends_on if one.name in beside)


def record(world: World) -> Record:
    """The procedure's inputs and the approvals, for the ledger."""
    spec = world.change.spec
    return Record(
        why=spec.why,
        author=spec.author,
        designed_on=spec.designed_on,
        compatibility=spec.compatibility or "",
        links=spec.links,
        environment=world.database.spec.environment if world.database else "",
        waivers=spec.waivers,
        approvals=tuple(
            Approver(approved_by=a.approved_by, at=a.at or "", approval=a.name)
            for a in world.status.approvals
            if a.valid and a.decision == "Approved"
        ),
    )
