"""Work by Jobs: from the evidence of one piece of work to an outcome, the same for every phase."""

from datetime import datetime

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import RunRecord
from schemachange_operator.api.vocabulary import RunOutcome, Task
from schemachange_operator.core.evidence import moment
from schemachange_operator.core.outcome import Blocked, Done, Outcome, Run, Wait, Working
from schemachange_operator.core.world import World


def work(world: World, task: Task, step: str, running: Reason, doing: str) -> Outcome:
    """The outcome of one piece of work: wanted, under way, to be tried again, done, or failed.

    `doing` is what people read while it runs, for example "Planning against orders".
    """
    record = world.run(task, step)
    if record is None:
        return Run(task, running, f"{doing}: the Job is being created.", step)
    if record.outcome == RunOutcome.DONE:
        return Done(Reason(record.reason), record.message)
    if record.outcome == RunOutcome.RUNNING:
        return _under_way(world, record, running, doing)
    if record.outcome == RunOutcome.FAILED and record.retry == world.change.spec.retry:
        return Blocked(Reason(record.reason), record.message, step)
    return _again(world, record, task, running, doing)


def _under_way(world: World, record: RunRecord, running: Reason, doing: str) -> Outcome:
    if record.reason != Reason.JOB_RUNNING:
        return Working(Reason(record.reason), f"{doing}: {record.message}", record.step, again_in=10.0)
    if blocked_by := world.blocked_by(record.task, record.step):
        text = f"{doing}: waits for a lock, nobody queues behind it. In the way: {blocked_by}."
        return Working(Reason.WAITING_FOR_LOCK, text, record.step)
    if held_by := world.held_by(record.task, record.step):
        return Working(Reason.BACKFILL_HELD, f"{doing}: holds, and goes on by itself. {held_by}.", record.step)
    progress = next((s.progress for s in world.status.steps if s.name == record.step and s.progress), None)
    told = f" {progress.text}" if progress else ""
    return Working(running, f"{doing}: Job {record.job} is running.{told}", record.step)


def _again(world: World, record: RunRecord, task: Task, running: Reason, doing: str) -> Outcome:
    not_before = moment(record.not_before) if record.not_before else world.now
    if record.outcome == RunOutcome.FAILED or not_before <= world.now:
        return Run(task, running, f"{doing}: the Job is being created again (attempt {record.attempt + 1}).", record.step)
    return Wait(
        Reason(record.reason),
        f"{record.message} Tried again at {_time(not_before)} (attempt {record.attempt + 1}).",
        record.step,
        again_in=(not_before - world.now).total_seconds(),
    )


def _time(moment: datetime) -> str:
    return moment.strftime("%H:%M:%SZ")
