"""`rollback`: undo the steps that are applied, in reverse, and prove that the catalog is as it was."""

from collections.abc import Sequence

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.comparison import concerning, sentences
from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.errors import ProcedureError, Stop
from schemachange_operator.core.sql.statement import read_statements, step_kind
from schemachange_operator.core.task import RunReport
from schemachange_operator.core.verdict import judge
from schemachange_operator.postgres import ledger
from schemachange_operator.postgres.catalog import take_snapshot
from schemachange_operator.postgres.ledger import Change
from schemachange_operator.postgres.ledger_steps import StatementRun, StepRow, step_undone, steps
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner import answers
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.lost_steps import refuse_unknown
from schemachange_operator.runner.opening import applied_steps
from schemachange_operator.runner.single import left_undone, undo_single
from schemachange_operator.runner.surroundings import look_around
from schemachange_operator.runner.target import Target, working_on
from schemachange_operator.runner.transaction import run_in_transaction
from schemachange_operator.runner.work import Work


def rollback(environment: Environment) -> RunReport:
    """Undo what the ledger says is applied. Resumable: a step that is undone is not undone again."""
    with working_on(environment) as target:
        session = target.session()
        try:
            change = ledger.current(session, environment.request)
            if change is None:
                refuse_unknown(environment, session)
                return _undone(environment, "Nothing had been applied")
            _undo_all(target, session, change)
            _prove(environment, session, change)
        except ProcedureError as error:
            report = answers.refused(error, steps_done=applied_steps(environment, session))
            return report.model_copy(update={"proven": False})
        return _undone(environment, "Every step is undone and the catalog is as it was before")


def _undone(environment: Environment, what: str) -> RunReport:
    reason = Reason.ABORTED if environment.request.abort_reason else Reason.ROLLED_BACK_AFTER_FAILURE
    report = answers.done(reason, f"{what}.", steps_done=())
    return report.model_copy(update={"proven": True})


def _undo_all(target: Target, session: Session, change: Change) -> None:
    if change.state == "Completed":
        raise Stop(
            Reason.ABORT_REFUSED,
            "The change is completed. Nothing was undone. Undo it by a new change with spec.revertOf.",
        )
    rows = steps(session, change.id)
    applied = [
        (step, rows[step.name])
        for step in reversed(target.environment.content.steps)
        if step.name in rows and rows[step.name].state != "RolledBack"
    ]
    # What was begun and has had no effect is cleared up first: it must not count as applied, nor keep others from undoing.
    applied = [(step, row) for step, row in applied if not _had_no_effect(target, session, change, step, row)]
    _refuse_irreversible(applied)
    for step, row in applied:
        _undo(target, session, change, step, row)


def _had_no_effect(target: Target, session: Session, change: Change, step: ContentStep, row: StepRow) -> bool:
    if row.state != "Intent" or not step.sql or not left_undone(target, step, row):
        return False
    _mark(target, session, change, step, ())
    return True


def _refuse_irreversible(applied: Sequence[tuple[ContentStep, StepRow]]) -> None:
    final = [step for step, _ in applied if step.undo.irreversible is not None]
    if final:
        done = ", ".join(step.name for step, _ in reversed(applied))
        raise Stop(
            Reason.ABORT_REFUSED,
            f"Step {final[0].name} cannot be undone ({final[0].undo.irreversible}). Nothing was undone. Applied: {done}."
            " The way on is forward, or a restore from the backup.",
        )


def _undo(target: Target, session: Session, change: Change, step: ContentStep, row: StepRow) -> None:
    title = f"Rollback of step {step.name}"
    if step.undo.sql is None:
        _mark(target, session, change, step, ())
        return
    statements = read_statements(step.undo.sql)
    look_around(target.environment, session, title, step.name, statements, planned=False)
    if step_kind(statements) == "Single":
        runs = undo_single(target, session, change, step, statements[0], row)
        _mark(target, session, change, step, runs)
        return
    request = target.environment.request

    def prepare(session: Session) -> None:
        ledger.adopt(session, change, request.change.uid)

    def record(session: Session, runs: Sequence[StatementRun]) -> None:
        step_undone(session, change.id, step.name, request.attempt, runs)

    def recorded(session: Session) -> bool:
        return steps(session, change.id)[step.name].state == "RolledBack"

    run_in_transaction(target, Work(title, statements, prepare, record, recorded, Reason.ROLLBACK_FAILED))


def _mark(target: Target, session: Session, change: Change, step: ContentStep, runs: Sequence[StatementRun]) -> None:
    request = target.environment.request
    target.lock.confirm()
    with session.transaction():
        ledger.adopt(session, change, request.change.uid)
        step_undone(session, change.id, step.name, request.attempt, runs)
    target.environment.output.event("step_undone", step=step.name)


def _prove(environment: Environment, session: Session, change: Change) -> None:
    """Compare the catalog with the one before the first step, and end the change in the ledger either way.

    Raises Stop(StateUnproven) when they differ.
    """
    plan = change.plan or environment.plan
    planned = plan.difference if plan else ()
    before = ledger.before_snapshot(session, change)
    verdicts = judge(concerning(before, take_snapshot(session), change.relations, planned))
    found = (*verdicts.differences, *verdicts.irreversible)
    if found:
        what = sentences(found)
        ledger.close(session, change, "Unproven", f"After the rollback: {what}.")
        raise Stop(
            Reason.STATE_UNPROVEN,
            f"Every rollback has run, but the catalog is not as it was before: {what}. Nothing else runs on this database."
            " Bring these objects back by hand, then set spec.retry: the comparison is made again.",
        )
    ledger.close(session, change, "RolledBack", environment.request.abort_reason or "A step failed.")
