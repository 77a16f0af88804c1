"""Evidence: what Jobs have answered, recorded in status before anything is judged from it."""

from dataclasses import replace
from datetime import datetime, timedelta

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import ApprovalRecord, BackupRecord, Notice, PlanStatus, RunRecord, SchemaChangeStatus
from schemachange_operator.api.vocabulary import Phase, RunOutcome, Task
from schemachange_operator.core.destruction import backup_steps
from schemachange_operator.core.finding import counted
from schemachange_operator.core.jobs import JobView
from schemachange_operator.core.notices import NOTICES_KEPT, with_notices
from schemachange_operator.core.plan_digest import plan_digest
from schemachange_operator.core.task import LedgerFacts
from schemachange_operator.core.world import World

HISTORY_MESSAGE = 512
"""Characters of a message in the history."""

FIRST_PAUSE = 2.0
LONGEST_PAUSE = 300.0
"""Seconds between two tries of the same piece of work."""


def record(world: World) -> World:
    """The world with every Job's answer in its status; what was recorded before stays."""
    world = _with_status(world, world.status.model_copy(update={"cycle": world.cycle}))
    for job in sorted(world.jobs, key=lambda view: view.attempt):
        if _news(world, job):
            world = _recorded(world, job)
    return _reverted(_frozen_by_evidence(_recorded_losses(world)))


def _reverted(world: World) -> World:
    """Who has undone this change: kept, since the object that did it may be deleted."""
    own, known = world.change.metadata, world.status.reverted_by
    done = (
        s.name for s in world.siblings if (s.namespace, s.reverts, s.phase) == (own.namespace, own.name, Phase.COMPLETED)
    )
    by = known or next(done, "")
    return world if by == known else _with_status(world, world.status.model_copy(update={"reverted_by": by}))


def _frozen_by_evidence(world: World) -> World:
    """Whatever became of the status: a Job that may have touched the target freezes the content until it is undone."""
    touched = any(world.cycle == run.cycle and run.task in (Task.APPLY, Task.BACKFILL) for run in world.status.runs)
    if not touched or world.done(Task.ROLLBACK):
        return world
    return _with_status(world, world.status.model_copy(update={"frozen": True}))


def _news(world: World, job: JobView) -> bool:
    """Whether a Job says something that is not recorded: nothing of an older attempt, nothing twice."""
    known = _run_of(world.status, job.cycle, job.task, job.step)
    if known is None:
        return job.cycle == world.cycle
    if known.job != job.name:
        return job.attempt > known.attempt
    return known.outcome == RunOutcome.RUNNING


def _run_of(status: SchemaChangeStatus, cycle: str, task: str, step: str) -> RunRecord | None:
    return next((run for run in status.runs if (run.cycle, run.task, run.step) == (cycle, task, step)), None)


def _recorded(world: World, job: JobView) -> World:
    run = run_record(world, job)
    world = _with_status(world, with_notices(_with_run(world.status, run), job))
    if run.outcome == RunOutcome.RUNNING or job.report is None:
        return world
    return _with_status(world, _with_facts(world, job, run))


def run_record(world: World, job: JobView) -> RunRecord:
    """A Job's state as a record: its report where there is one, otherwise what became of its pod."""
    outcome, reason, message = _answer(job)
    ended = ended_at(world, job)
    return RunRecord(
        task=job.task,
        step=job.step,
        cycle=job.cycle,
        attempt=job.attempt,
        job=job.name,
        retry=world.change.spec.retry,
        outcome=outcome,
        reason=reason,
        message=message,
        started_at=job.started or None,
        ended_at=stamp(ended) if outcome != RunOutcome.RUNNING else None,
        not_before=stamp(ended + pause_after(job.attempt)) if outcome == RunOutcome.RETRY else None,
        steps_left=_steps_left(world, job) if job.task == Task.ROLLBACK else None,
    )


def _steps_left(world: World, job: JobView) -> tuple[str, ...] | None:
    """What a rollback's Job reports; until it does, what the one before it did."""
    told = job.report.steps_done if job.report else None
    before = _run_of(world.status, job.cycle, job.task, job.step)
    return told if told is not None else before.steps_left if before else None


def ended_at(world: World, job: JobView) -> datetime:
    """When a Job ended; now, where the API server does not say."""
    return moment(job.ended) if job.ended else world.now


def _answer(job: JobView) -> tuple[str, str, str]:
    if not job.finished:
        problem = job.problem
        return RunOutcome.RUNNING, problem.reason if problem else Reason.JOB_RUNNING, problem.message if problem else ""
    if job.failed_container == "app-tests":
        message = f"The application's tests failed in the changed throw-away database. The end of their log: {job.log_tail}"
        return RunOutcome.FAILED, Reason.APP_TESTS_FAILED, message
    if job.report is None:
        return (
            RunOutcome.RETRY,
            Reason.RUNNER_LOST,
            "The Job's pod ended without a report; it is run again and the ledger decides.",
        )
    return job.report.outcome, job.report.reason, job.report.message


def pause_after(attempt: int) -> timedelta:
    """How long to wait after the nth try: doubling, bounded."""
    return timedelta(seconds=min(FIRST_PAUSE * 2 ** min(attempt - 1, 10), LONGEST_PAUSE))


def _recorded_losses(world: World) -> World:
    """A Job that should be running and is gone: it is run again, and the ledger decides what is left to do."""
    seen = {job.name for job in world.jobs}
    for run in world.status.runs:
        if run.outcome == RunOutcome.RUNNING and run.job not in seen:
            lost = run.model_copy(
                update={
                    "outcome": RunOutcome.RETRY.value,
                    "reason": Reason.RUNNER_LOST.value,
                    "message": "The Job is gone; it is made again and the ledger decides what is left to do.",
                    "ended_at": stamp(world.now),
                    "not_before": stamp(world.now),
                }
            )
            world = _with_status(world, _with_run(world.status, lost))
    return world


def _with_run(status: SchemaChangeStatus, run: RunRecord) -> SchemaChangeStatus:
    others = [r for r in status.runs if (r.cycle, r.task, r.step) != (run.cycle, run.task, run.step)]
    return status.model_copy(update={"runs": (*others, run)})


def _with_status(world: World, status: SchemaChangeStatus) -> World:
    return replace(world, change=world.change.model_copy(update={"status": status}))


def _with_facts(world: World, job: JobView, run: RunRecord) -> SchemaChangeStatus:
    """What else a report tells: the plan, a backup, a drift, a proven rollback, a ledger that was met."""
    status, report = world.status, job.report
    assert report is not None
    if run.task == Task.PLAN and run.outcome == RunOutcome.DONE:
        return _planned(world, job)
    if run.task == Task.BACKUP and report.backup:
        return _backed_up(world, run, job)
    if run.task in (Task.APPLY, Task.BACKFILL) and run.reason == Reason.SCHEMA_DRIFTED and not report.steps_done:
        # Nothing of this cycle is on the target: a new cycle plans for the schema as it is now.
        return _drifted(status, run)
    if run.reason == Reason.STEPS_LOST and report.steps_done is not None:
        return _without_lost(world, report.steps_done)
    if run.task == Task.ROLLBACK and run.outcome == RunOutcome.DONE and report.proven:
        return status.model_copy(update={"frozen": False})
    return status


def _drifted(status: SchemaChangeStatus, run: RunRecord) -> SchemaChangeStatus:
    """The way back to Planning, with what has changed in history, in an Event and among what was told."""
    told = Notice(at=run.ended_at or "", reason=run.reason, message=run.message, step=run.step)
    history = status.history
    if history and not history[-1].ended_at:
        last = history[-1].model_copy(update={"reason": run.reason, "message": run.message[:HISTORY_MESSAGE]})
        history = (*history[:-1], last)
    return status.model_copy(
        update={
            "frozen": False,
            "replans": status.replans + 1,
            "history": history,
            "notices": (*status.notices, told)[-NOTICES_KEPT:],
        }
    )


def _without_lost(world: World, steps_done: tuple[str, ...]) -> SchemaChangeStatus:
    """After a failover: steps that the database does not have any more are to be done again."""
    status = world.status
    for run in status.runs:
        step_of_cycle = run.cycle == world.cycle and run.task in (Task.APPLY, Task.BACKFILL)
        if step_of_cycle and run.outcome == RunOutcome.DONE and run.step not in steps_done:
            lost = {
                "outcome": RunOutcome.RETRY.value,
                "reason": Reason.STEPS_LOST.value,
                "message": "Done before, and undone by a failover or a restore; it is done again.",
                "not_before": stamp(world.now),
            }
            status = _with_run(status, run.model_copy(update=lost))
    return status


def _planned(world: World, job: JobView) -> SchemaChangeStatus:
    status, report, document = world.status, job.report, world.fresh_plan
    assert report is not None
    if report.plan is None or document is None:
        return _adopted(status, world, report.ledger, run_at=ended_at(world, job)) if report.ledger else status
    ledger = report.ledger
    plan = PlanStatus(
        digest=ledger.plan_digest if ledger else plan_digest(world, report.plan.fingerprint),
        evidence_digest=document.evidence_digest(),
        content_digest=document.content_digest,
        config_map=f"{world.change.metadata.name}-plan",
        server_version=document.server_version,
        fingerprint=document.fingerprint,
        relations=document.relations,
        destroys=tuple(step.name for step in document.steps if step.destroys),
        backed_up=backup_steps(world.content, document, world.policy.backup.required_for if world.policy else ()),
        irreversible=tuple(step.name for step in document.steps if step.irreversible),
        findings=counted(document.findings),
        second_approval=any(one.severity == "Approve" and not one.waived for one in document.findings),
        strongest_lock=report.plan.strongest_lock,
        duration_milliseconds=document.duration_milliseconds,
        likely_milliseconds=document.forecast.likely_milliseconds if document.forecast else None,
        high_milliseconds=document.forecast.high_milliseconds if document.forecast else None,
        planned_at=stamp(ended_at(world, job)),
        summary=summary(len(document.steps), report.plan.strongest_lock, document.duration_milliseconds),
    )
    status = status.model_copy(update={"plan": plan})
    return _adopted(status, world, ledger, ended_at(world, job)) if ledger else status


def _adopted(status: SchemaChangeStatus, world: World, ledger: LedgerFacts | None, run_at: datetime) -> SchemaChangeStatus:
    """Take over what the ledger says of an object that was deleted while its change was on the way, or after it."""
    if ledger is None:
        return status
    at = stamp(run_at)
    for name in ledger.steps_done:
        for task in (Task.APPLY, Task.BACKFILL):
            if world.content and (world.content.step(name).backfill is not None) == (task == Task.BACKFILL):
                status = _with_run(
                    status,
                    RunRecord(
                        task=task, step=name, cycle=world.cycle, attempt=0, job="", outcome=RunOutcome.DONE,
                        reason=Reason.RESUMED, message="Done before, according to the ledger.", ended_at=at,
                    ),
                )  # fmt: skip
    approvals = tuple(
        ApprovalRecord(name=a.approval, approved_by=a.approved_by, decision="Approved", valid=True, at=a.at)
        for a in ledger.approvals
    )
    reverted_by = status.reverted_by or ledger.reverted_by
    return status.model_copy(update={"frozen": True, "approvals": approvals, "reverted_by": reverted_by})


def _backed_up(world: World, run: RunRecord, job: JobView) -> SchemaChangeStatus:
    assert job.report is not None and job.report.backup is not None
    facts, place = job.report.backup, world.database.spec.backup if world.database else None
    backup = BackupRecord(
        step=run.step,
        location=f"{place.claim_name if place else ''}:{backup_path(world, run.step)}",
        scope=world.change.spec.backup.scope,
        size_bytes=facts.size_bytes,
        sha256=facts.sha256,
        rows=facts.rows,
        lsn=facts.lsn,
        proved_by=facts.proved_by,
        taken_at=stamp(ended_at(world, job)),
    )
    kept = tuple(b for b in world.status.backups if b.location != backup.location)
    return world.status.model_copy(update={"backups": (*kept, backup), "last_backup": backup.location})


def backup_path(world: World, step: str) -> str:
    """The folder of one backup: change, uid, cycle and step, so that none ever takes another's place."""
    metadata = world.change.metadata
    return f"{metadata.namespace}.{metadata.name}.{metadata.uid[:8]}/{world.cycle}-{step}"


def summary(steps: int, lock: str, milliseconds: int) -> str:
    """The plan in one sentence."""
    return f"{steps} step{'s' if steps != 1 else ''}, strongest lock {lock or 'none'}, {milliseconds} ms in the rehearsal"


def stamp(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def moment(text: str) -> datetime:
    """The moment that a stamp names."""
    return datetime.fromisoformat(text)
