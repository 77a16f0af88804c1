"""Steps that were done and are not any more: a failover to a standby that had not received them, or a restore.

What the operator has on record is then ahead of the database. The ledger is part of the database and was put back with it,
so it goes on from the ledger if the catalog agrees. A dump that is restored, or a part of one, need not agree: then nobody
can tell, and a human has to look.
"""

from collections.abc import Sequence

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop, TryLater
from schemachange_operator.core.snapshot import fingerprint
from schemachange_operator.postgres import ledger_runner
from schemachange_operator.postgres.catalog import take_snapshot
from schemachange_operator.postgres.ledger import Change
from schemachange_operator.postgres.ledger_steps import FINGERPRINT, StepRow, steps
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner.environment import Environment


def refuse_other_server(environment: Environment, session: Session) -> None:
    """Raise Stop(SchemaDrifted) when the plan was made on another server than the one that answers now."""
    planned = environment.plan.system_identifier if environment.plan else ""
    found = str(ledger_runner.current(session).system_identifier)
    if planned and planned != found:
        raise Stop(
            Reason.SCHEMA_DRIFTED,
            f"The change was planned on the server with the system identifier {planned}; the one that answers now has {found}."
            " Nothing was applied. A new plan is made.",
        )


def refuse_lost(environment: Environment, session: Session, change: Change | None, expected: Sequence[str]) -> None:
    """Make sure that the ledger has the expected steps as done.

    Raises TryLater(StepsLost) when it has not and the catalog agrees with it; Stop(StateUnproven) when it does not agree,
    or when the ledger came from another server.
    """
    if change is not None:
        _refuse_copied(session, change)
    rows = steps(session, change.id) if change else {}
    missing = [name for name in expected if name not in rows or rows[name].state != "Done"]
    if not missing:
        return
    _refuse_disagreement(environment, session, rows, missing)
    raise TryLater(
        Reason.STEPS_LOST,
        f"The database does not have step {', '.join(missing)}, which had been recorded as done: {_where(session)}. Ledger and"
        " catalog agree that nothing of it is there. Nothing was run. It goes on from where the ledger stands.",
    )


def refuse_unknown(environment: Environment, session: Session) -> None:
    """For a rollback of a change that the ledger does not know: nothing of it must be there, although steps were recorded.

    Raises Stop(StateUnproven) when the touched relations are not as before the first step.
    """
    if environment.request.steps_done:
        _refuse_disagreement(environment, session, {}, environment.request.steps_done)


def _refuse_copied(session: Session, change: Change) -> None:
    found = ledger_runner.current(session).system_identifier
    if change.system_identifier != found:
        raise Stop(
            Reason.STATE_UNPROVEN,
            f"The change was begun on the server with the system identifier {change.system_identifier}; the one that answers now"
            f" has {found}: it was filled from a copy, and nobody can tell whether all of it came along. Nothing was run."
            " Abort to undo what the ledger has as done, which is proved; or compare by hand, write the new identifier into"
            " schemachange.change, then set spec.retry.",
        )


def _refuse_disagreement(
    environment: Environment, session: Session, rows: dict[str, StepRow], missing: Sequence[str]
) -> None:
    request = environment.request
    if any(row.state != "Done" for row in rows.values()):
        # What has begun and not ended may be half there; its probe looks.
        return
    # A backfill changes rows only: the catalog is as the step before it left it.
    left = [row for row in rows.values() if environment.content.step(row.name).backfill is None]
    wanted = left[-1].detail.get(FINGERPRINT, "") if left else request.fingerprint
    if not wanted:
        environment.output.event("catalog_not_compared", missing=missing)
        return
    if fingerprint(take_snapshot(session), request.relations) != wanted:
        raise Stop(
            Reason.STATE_UNPROVEN,
            f"The ledger of the target does not have step {', '.join(missing)} as done, and {', '.join(request.relations)} or what"
            f" depends on it is not as the ledger left it: {_where(session)}. Nothing was run. Bring these relations back by hand"
            " to what the ledger says (schg history), then set spec.retry.",
        )


def _where(session: Session) -> str:
    runner = ledger_runner.current(session)
    return f"a failover or a restore has undone it (timeline {runner.timeline} of server {runner.system_identifier})"
