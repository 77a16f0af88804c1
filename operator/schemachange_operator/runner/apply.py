"""`apply`: run one SQL step on the target, exactly once."""

from collections.abc import Sequence

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.errors import ProcedureError
from schemachange_operator.core.sql.statement import Statement, read_statements, step_kind
from schemachange_operator.core.task import RunReport
from schemachange_operator.postgres import ledger
from schemachange_operator.postgres.ledger import Change
from schemachange_operator.postgres.ledger_steps import StatementRun, step_done, steps
from schemachange_operator.postgres.quarantine import refuse_kept, refuse_used
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner import answers
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.opening import applied_steps, begun_steps, note_catalog, open_or_adopt
from schemachange_operator.runner.single import apply_single
from schemachange_operator.runner.surroundings import look_around
from schemachange_operator.runner.target import working_on
from schemachange_operator.runner.transaction import run_in_transaction
from schemachange_operator.runner.work import Work


def apply(environment: Environment) -> RunReport:
    """Run the request's step, unless the ledger says that it is done.

    Raises TryLater or Stop before anything is known of the ledger; afterwards reports them with the steps applied.
    """
    step = environment.content.step(environment.request.step)
    statements = read_statements(step.sql or "")
    kind = step_kind(statements)
    with working_on(environment) as target:
        session = target.session()
        try:
            change = ledger.current(session, environment.request)
            if change is not None and (change.state == "Completed" or _is_done(session, change, step)):
                return answers.done(
                    Reason.STEP_DONE,
                    f"Step {step.name} had been done before.",
                    step=step.name,
                    already=True,
                    steps_done=change.steps_done,
                )
            rows = begun_steps(environment, session, change)
            refuse_used(session, step, environment.request.search_path)
            refuse_kept(session, statements, environment.request.policy.quarantine.keep_for)
            look_around(environment, session, f"Step {step.name}", step.name, statements, planned=True)
            if kind == "Single":
                apply_single(target, session, change, step, statements[0], rows.get(step.name))
            else:
                run_in_transaction(target, _work(environment, change, step, statements))
            note_catalog(environment, session, step.name)
        except ProcedureError as error:
            return answers.refused(error, step=step.name, steps_done=applied_steps(environment, session))
        return answers.done(
            Reason.STEP_DONE,
            f"Step {step.name} is committed: {len(statements)} statement{'s' if len(statements) > 1 else ''}.",
            step=step.name,
            steps_done=applied_steps(environment, session),
        )


def _is_done(session: Session, change: Change, step: ContentStep) -> bool:
    row = steps(session, change.id).get(step.name)
    return row is not None and row.state == "Done"


def _work(environment: Environment, change: Change | None, step: ContentStep, statements: Sequence[Statement]) -> Work:
    request = environment.request
    opened: list[Change] = []

    def prepare(session: Session) -> None:
        opened.append(open_or_adopt(environment, session, change))

    def record(session: Session, runs: Sequence[StatementRun]) -> None:
        step_done(session, opened[-1].id, step.name, request.attempt, runs)

    def recorded(session: Session) -> bool:
        found = ledger.find(session, request.change.namespace, request.change.name)
        return found is not None and _is_done(session, found, step)

    return Work(f"Step {step.name}", statements, prepare, record, recorded, Reason.STATEMENT_FAILED)
