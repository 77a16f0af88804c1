"""`backfill`: fill rows on the target in batches, resumable at every batch, proved complete at the end."""

from schemachange_operator.api.migration import Backfill
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import ProcedureError, Stop
from schemachange_operator.core.task import RunReport
from schemachange_operator.postgres import ledger, ledger_backfill
from schemachange_operator.postgres.backfill import start
from schemachange_operator.postgres.ledger import Change
from schemachange_operator.postgres.ledger_steps import step_intent
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner import answers
from schemachange_operator.runner.batches import Batches, look_up
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.filling import Filling
from schemachange_operator.runner.opening import applied_steps, begun_steps, open_or_adopt
from schemachange_operator.runner.surroundings import look_around
from schemachange_operator.runner.target import Target, working_on


def backfill(environment: Environment) -> RunReport:
    """Fill the rows of the request's step, going on where an earlier try stopped."""
    name = environment.request.step
    wanted = environment.content.step(name).backfill
    if wanted is None:
        raise Stop(Reason.INTERNAL_ERROR, f"Step {name} is not a backfill. Nothing was run.")
    with working_on(environment) as target:
        session = target.session()
        try:
            change = ledger.current(session, environment.request)
            rows = begun_steps(environment, session, change) if change is None or change.state != "Completed" else {}
            if change is not None and (change.state == "Completed" or (name in rows and rows[name].state == "Done")):
                return answers.done(
                    Reason.STEP_DONE,
                    f"Step {name} had been done before.",
                    step=name,
                    already=True,
                    steps_done=change.steps_done,
                )
            look_around(environment, session, f"Backfill {name}", name, planned=True)
            opened = _begin(target, session, change, wanted, begun=name in rows)
            filling = Filling(Batches(target, session, opened, wanted))
            position, progress = filling.run()
        except ProcedureError as error:
            return answers.refused(error, step=name, steps_done=applied_steps(environment, session))
        report = answers.done(
            Reason.STEP_DONE,
            f"Step {name} is done: {position.rows_done} rows of {wanted.table} filled in {position.batches} batches; {_left(filling)}."
            f"{_not_watched(filling)}",
            step=name,
            steps_done=applied_steps(environment, session),
        )
        return report.model_copy(update={"progress": progress})


def _begin(target: Target, session: Session, change: Change | None, wanted: Backfill, *, begun: bool) -> Change:
    request = target.environment.request
    if begun and change is not None:
        return change
    with session.transaction():
        position, total = start(session, look_up(session, target.environment, wanted))
    with session.transaction():
        opened = open_or_adopt(target.environment, session, change)
        step_intent(session, opened.id, request.step, request.attempt, {})
        ledger_backfill.begin(session, opened.id, request.step, position, total)
    return opened


def _not_watched(filling: Filling) -> str:
    if not filling.not_watched:
        return ""
    return f" Not watched, since the login may not see it or the server has no answer: {', '.join(filling.not_watched)}."


def _left(filling: Filling) -> str:
    if not filling.aside:
        return "none is left"
    return f"{len(filling.aside)} that could not be filled are left as they were, which the policy allows (failedRows)"
