"""Command `analyse`: the only container of a plan's Job that sees the target's Secret, and it only reads."""

from contextlib import closing

from psycopg import errors

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.errors import Stop
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.last_in_first_out import undone_by
from schemachange_operator.core.sql.statement import read_statements
from schemachange_operator.core.task import LedgerFacts, RunReport
from schemachange_operator.postgres import ledger, preflight
from schemachange_operator.postgres.ledger import Change
from schemachange_operator.postgres.ledger_reverts import completed_since
from schemachange_operator.postgres.quarantine import refuse_kept
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session, connect, read_credentials
from schemachange_operator.postgres.sqlstate import primary, translated
from schemachange_operator.runner.analysis.copies import copy_rows
from schemachange_operator.runner.analysis.dump import dump_schema
from schemachange_operator.runner.analysis.facts import FACTS, VERDICT, Verdict, write_model
from schemachange_operator.runner.analysis.inspection import inspect
from schemachange_operator.runner.analysis.reverting import later_changes
from schemachange_operator.runner.dependencies import refuse_lost_dependencies
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.output import cut
from schemachange_operator.runner.plan_facts import plan_facts


def analyse(environment: Environment) -> RunReport:
    """Check server and roles, look into the ledger, and leave schema, roles and facts for the rehearsal.

    When the ledger knows the change, its answer is left for the next container, which repeats it. Raises TryLater or
    Stop, by cause.
    """
    request = environment.request
    connection = request.connection.for_planning()
    credentials = read_credentials(connection, environment.folders.credentials)
    with (
        translated(),
        closing(connect(connection, credentials, environment.application_name, read_only=True)) as session,
    ):
        _check_server(session)
        inherited = _check_roles(session, request.migration_role, reads=request.connection.planning_secret_name is not None)
        known = _known(environment, session) if request.task == Task.PLAN else None
        if known is not None:
            verdict = _verdict(known, request.content_digest, _undone_by(session, known))
            write_model(environment.folders.work, VERDICT, verdict)
            return verdict.report
        if request.task == Task.PLAN:
            refuse_lost_dependencies(environment, session)
        reverts = environment.content.reverts
        later = later_changes(session, reverts) if reverts and request.task == Task.PLAN else ()
        facts = inspect(environment, session).model_copy(update={"later": later})
        if request.task == Task.PLAN:
            statements = (one for step in environment.content.steps if step.sql for one in read_statements(step.sql))
            refuse_kept(session, statements, request.policy.quarantine.keep_for)
            check_rules(facts.findings)
        copy_rows(environment, session, facts)
    write_model(environment.folders.work, FACTS, facts)
    dump_schema(environment, credentials, as_role=not inherited)
    environment.output.event("analysed", server=facts.version, relations=facts.relations, fingerprint=facts.fingerprint)
    return RunReport(
        outcome="Done",
        reason=Reason.PLANNING,
        message=f"The target (PostgreSQL {facts.version}) is read; {len(facts.relations)} relations are touched.",
    )


def _check_server(session: Session) -> None:
    preflight.check_server(session, "")
    row = session.execute(query("server_facts")).fetchone()
    if row and row["standby"]:
        raise Stop(
            Reason.SERVER_UNSUPPORTED,
            "The server is a standby, and a change can only be applied on the primary. Nothing was touched."
            " Name the primary's address in spec.connection.host of the PostgresDatabase.",
        )


def _known(environment: Environment, session: Session) -> Change | None:
    """The change in the ledger. Raises Stop(PermissionMissing) when this login may not look there."""
    identity = environment.request.change
    try:
        return ledger.find(session, identity.namespace, identity.name)
    except errors.InsufficientPrivilege as error:
        login = session.info.user
        raise Stop(
            Reason.PERMISSION_MISSING,
            f"The ledger (schema schemachange) could not be read: {primary(error)}. Nothing was touched. As an administrator:"
            f" GRANT pg_read_all_data TO {login}, or GRANT USAGE ON SCHEMA schemachange TO {login};"
            f" GRANT SELECT ON ALL TABLES IN SCHEMA schemachange TO {login}.",
        ) from None


def _check_roles(session: Session, role: str, *, reads: bool) -> bool:
    """Whether the login has the rights that pg_dump needs without becoming the migration role: a login that only `reads`
    has them itself. Raises Stop(PermissionMissing).
    """
    row = session.execute(query("migration_role"), {"role": role}).fetchone()
    if row is None:
        raise Stop(
            Reason.PERMISSION_MISSING,
            f"The migration role {role} does not exist on the server. Nothing was touched."
            " Name the role that owns the application's objects in spec.roles.migration of the PostgresDatabase.",
        )
    if row["superuser"]:
        raise Stop(
            Reason.PERMISSION_MISSING,
            f"The migration role {role} is a superuser, and a migration must not run as one. Nothing was touched."
            " Name the role that owns the application's objects in spec.roles.migration of the PostgresDatabase.",
        )
    if reads and not preflight.may_become(session, role):
        return True
    preflight.check_role(session, role)
    return bool(row["inherited"])


SHOWN = 2
"""Findings that a message names; the log has all of them."""


def check_rules(findings: tuple[Finding, ...]) -> None:
    """Raises Stop(RuleViolated) where the policy lets a statement pass only with a waiver, and there is none."""
    stopped = [one for one in findings if one.severity == "Block" and not one.waived]
    if stopped:
        named = " ".join(
            f"{one.rule}: {_place(one)}: {cut(one.message, 160)} {cut(one.recipe, 120)}" for one in stopped[:SHOWN]
        )
        more = f" And {len(stopped) - SHOWN} more." if len(stopped) > SHOWN else ""
        raise Stop(
            Reason.RULE_VIOLATED,
            f"{named}{more} Nothing was touched. Change the migration, or waive the rule in spec.waivers with a reason.",
        )


def _place(finding: Finding) -> str:
    statement = f", statement {finding.statement}" if finding.statement else ""
    return f"step {finding.step}{statement}" + (f" (line {finding.line})" if finding.line else "")


def _undone_by(session: Session, known: Change) -> str:
    """The change of the same namespace that has undone it; empty where none has."""
    found = completed_since(session, known.namespace, known.name)
    by = undone_by((known.namespace, known.name), found)
    return by.name if by else ""


def _verdict(known: Change, content_digest: str, undone: str) -> Verdict:
    who = f"{known.namespace}/{known.name}"
    if known.content_digest != content_digest:
        raise Stop(
            Reason.NAME_REUSED,
            f"The ledger of the database has {who} ({known.state}) with the content {known.content_digest[:19]}, not"
            f" {content_digest[:19]}. Nothing was touched. Give the new content a new name, or restore the old content.",
        )
    if known.state == "Completed":
        message = f"The ledger of the database says that {who} was completed at {known.completed_at}. Nothing is run again."
        if undone:
            message += f" It has been undone since by {undone}; to have it again, undo {undone}."
        return Verdict(report=_report(known, Reason.ALREADY_APPLIED, message, undone))
    if known.plan is None:
        raise Stop(
            Reason.STATE_UNPROVEN,
            f"The ledger of the database has {who} as {known.state}, and its plan is missing: nobody can prove the state that it is"
            " in. Nothing was touched. Bring the database to a known state by hand (docs/how-to/data-at-risk.md).",
        )
    done = ", ".join(known.steps_done) or "none"
    message = f"{who} had been begun under the plan {known.plan_digest[:19]}; steps done: {done}. It goes on from there."
    report = _report(known, Reason.RESUMED, message)
    return Verdict(report=report.model_copy(update={"plan": plan_facts(known.plan)}), plan=known.plan)


def _report(known: Change, reason: Reason, message: str, undone: str = "") -> RunReport:
    return RunReport(
        outcome="Done",
        reason=reason,
        message=message,
        already_done=known.state == "Completed",
        ledger=LedgerFacts(
            state="Completed" if known.state == "Completed" else "Open",
            plan_digest=known.plan_digest,
            steps_done=known.steps_done,
            approvals=known.approvals,
            completed_at=known.completed_at,
            reverted_by=undone,
        ),
    )
