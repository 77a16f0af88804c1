"""`verify`: the target has changed as it was rehearsed, and the change's own questions are answered with true."""

import psycopg
from psycopg import errors
from psycopg.rows import tuple_row

from schemachange_operator.api.migration import Assertion, Backfill
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.comparison import concerning, sentences
from schemachange_operator.core.errors import ProcedureError, Stop, TryLater
from schemachange_operator.core.task import RunReport
from schemachange_operator.core.verdict import without_residue
from schemachange_operator.postgres import ledger, preflight
from schemachange_operator.postgres.backfill_table import find_table
from schemachange_operator.postgres.catalog import take_snapshot
from schemachange_operator.postgres.ledger import Change
from schemachange_operator.postgres.ledger_reverts import say_reverted
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary, reason_of
from schemachange_operator.runner import answers
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.lost_steps import refuse_lost
from schemachange_operator.runner.opening import applied_steps
from schemachange_operator.runner.stopping import cancelled_on_stop
from schemachange_operator.runner.target import working_on


def verify(environment: Environment) -> RunReport:
    """Compare, ask, and complete the change in the ledger."""
    with working_on(environment) as target:
        session = target.session()
        try:
            change = ledger.current(session, environment.request)
            already = change is not None and change.state == "Completed"
            if change is None or not already:
                opened = _all_applied(environment, session, change)
                _compare(environment, session, opened)
                _ask(environment, session)
                target.lock.confirm()
                _complete_change(environment, session, opened)
        except ProcedureError as error:
            return answers.refused(error, steps_done=applied_steps(environment, session))
        return answers.done(
            Reason.COMPLETED,
            "The target changed as it was rehearsed, and every assertion holds.",
            already=already,
            steps_done=applied_steps(environment, session),
        )


def _all_applied(environment: Environment, session: Session, change: Change | None) -> Change:
    refuse_lost(environment, session, change, [step.name for step in environment.content.steps])
    if change is None or change.state != "Open":
        raise Stop(
            Reason.STATE_UNPROVEN,
            f"The ledger of the target has the change as {change.state if change else 'unknown'}: {change.outcome if change else ''}"
            " Nothing was verified. Bring the database to a known state by hand, then set spec.retry.",
        )
    return change


def _complete_change(environment: Environment, session: Session, change: Change) -> None:
    reverts = environment.content.reverts
    with session.transaction():
        ledger.close(
            session, change, "Completed", f"Applied and verified.{f' It undid {reverts.title()}.' if reverts else ''}"
        )
        if reverts:
            say_reverted(session, reverts, change)


def _compare(environment: Environment, session: Session, change: Change) -> None:
    plan = change.plan or environment.plan
    planned = without_residue(plan.difference if plan else ())
    before = ledger.before_snapshot(session, change)
    found = without_residue(concerning(before, take_snapshot(session), change.relations, planned))
    extra = [one for one in found if one not in planned]
    missing = [one for one in planned if one not in found]
    if not extra and not missing:
        return
    parts = [
        f"not rehearsed: {sentences(extra)}" if extra else "",
        f"rehearsed and not found: {sentences(missing)}" if missing else "",
    ]
    raise Stop(
        Reason.DIFFERENCE_UNEXPECTED,
        f"The target has changed in another way than in the rehearsal; {'; '.join(filter(None, parts))}."
        " The steps are applied. Find out who changed these objects meanwhile; abort to go back, or mend them and set spec.retry.",
    )


def _ask(environment: Environment, session: Session) -> None:
    for assertion in environment.content.verify:
        _hold(environment, session, assertion)
    for step in environment.content.steps:
        if step.backfill is not None and step.backfill.where is not None:
            _complete(environment, session, step.name, step.backfill)


def _hold(environment: Environment, session: Session, assertion: Assertion) -> None:
    failed = f"The assertion {assertion.name} does not hold"
    remedy = "The steps are applied. Mend the data or the assertion's cause and set spec.retry, or abort to go back."
    try:
        with session.transaction(force_rollback=True), cancelled_on_stop(environment, session):
            _read_only(environment, session)
            # The extended protocol takes one statement only: nothing can follow the question.
            cursor = session.cursor(binary=True, row_factory=tuple_row).execute(assertion.sql.encode())
            rows = cursor.fetchmany(2) if cursor.description else []
    except psycopg.Error as error:
        # In a transaction of ours that may only read, a write is the assertion's fault and not the server's.
        if isinstance(reason_of(error), TryLater) and not isinstance(error, errors.ReadOnlySqlTransaction):
            raise
        raise Stop(Reason.ASSERTION_FAILED, f"{failed}: {primary(error)}. {remedy}") from None
    if len(rows) != 1 or len(rows[0]) != 1 or rows[0][0] is not True:
        answer = f"it answered {len(rows)} row{'' if len(rows) == 1 else 's'}, and not one row with true"
        raise Stop(Reason.ASSERTION_FAILED, f"{failed}: {answer}. {remedy}")


def _complete(environment: Environment, session: Session, step: str, backfill: Backfill) -> None:
    try:
        with session.transaction(force_rollback=True), cancelled_on_stop(environment, session):
            _read_only(environment, session)
            table = find_table(session, backfill)
            row = session.execute(table.remaining(None, 1000)).fetchone()
    except (errors.UndefinedColumn, errors.UndefinedTable):
        # A later step has taken away what the question was about; it was answered when the backfill ended.
        return
    if row and row["rows"]:
        raise Stop(
            Reason.BACKFILL_FAILED,
            f"{row['rows']} rows (counted up to 1000) of {backfill.table} match `where` of step {step} again. The steps are"
            " applied. A trigger or a default that fills written rows is missing or gone; mend it and set spec.retry.",
        )


def _read_only(environment: Environment, session: Session) -> None:
    session.execute("SET TRANSACTION READ ONLY")
    session.execute(preflight.become(environment.request.migration_role))
    session.execute(preflight.search_path(environment.request.search_path))
    session.execute(preflight.timeouts(2000, 0))
