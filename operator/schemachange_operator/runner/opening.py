"""The first step opens the change in the ledger; later ones, and later tries, go on with it."""

import psycopg

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.comparison import sentences
from schemachange_operator.core.errors import Stop
from schemachange_operator.core.quarantine import as_frozen
from schemachange_operator.core.snapshot import Snapshot, difference, fingerprint, picture
from schemachange_operator.postgres import ledger
from schemachange_operator.postgres.catalog import take_snapshot
from schemachange_operator.postgres.ledger import Change
from schemachange_operator.postgres.ledger_steps import StepRow, step_noted, steps
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner.dependencies import refuse_lost_dependencies
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.lost_steps import refuse_lost, refuse_other_server


def open_or_adopt(environment: Environment, session: Session, change: Change | None) -> Change:
    """Within the caller's transaction: lock the change's row, or open the change if the schema is as it was planned for.

    Raises Stop(SchemaDrifted), TryLater(RelationsHeld), TryLater(DatabaseHeld).
    """
    request = environment.request
    if change is not None:
        ledger.adopt(session, change, request.change.uid)
        if not change.steps_done:
            refuse_drift(environment, take_snapshot(session))
        return change
    refuse_other_server(environment, session)
    before = take_snapshot(session)
    refuse_drift(environment, before)
    return ledger.open_change(session, request, as_frozen(environment.content), environment.plan, before)


def refuse_drift(environment: Environment, now: Snapshot) -> None:
    """Raise Stop(SchemaDrifted), naming the differences, when the touched relations are not as they were planned for."""
    request, plan = environment.request, environment.plan
    if fingerprint(now, request.relations) == request.fingerprint:
        return
    found = difference(plan.planned_for, picture(now, request.relations)) if plan and plan.planned_for else ()
    raise Stop(
        Reason.SCHEMA_DRIFTED,
        f"{', '.join(request.relations)} or what depends on it has changed since the plan was made. Nothing was applied. A new"
        f" plan is made, and approvals of this one do not count for it.{f' Changed: {sentences(found)}.' if found else ''}",
    )


def begun_steps(environment: Environment, session: Session, change: Change | None) -> dict[str, StepRow]:
    """The ledger's steps of an open change, after making sure that the request's step is the one that is due.

    Raises Stop when the change is unproven or is being rolled back; TryLater(StepsLost) when it lacks a step before this one;
    Stop(DependencyLost) before the first step.
    """
    if change is None:
        rows: dict[str, StepRow] = {}
    else:
        if change.state == "Unproven":
            raise Stop(
                Reason.STATE_UNPROVEN,
                f"The ledger says that the state of this change is unproven: {change.outcome} Nothing was run."
                " An abort goes on with the rollback and proves the result.",
            )
        rows = steps(session, change.id)
    if any(row.state in {"Undoing", "RolledBack"} for row in rows.values()):
        raise Stop(Reason.ROLLBACK_FAILED, "A rollback of this change has begun and not ended. Nothing was run. Let it end.")
    names = [step.name for step in environment.content.steps]
    before = names[: names.index(environment.request.step)]
    refuse_lost(environment, session, change, before)
    if change is None:
        refuse_lost_dependencies(environment, session)
    return rows


def note_catalog(environment: Environment, session: Session, step: str) -> None:
    """Write down how the touched relations are after a step, when it is done and no lock is held any more."""
    request = environment.request
    change = ledger.find(session, request.change.namespace, request.change.name)
    if change is not None:
        step_noted(session, change.id, step, fingerprint(take_snapshot(session), request.relations))


def applied_steps(environment: Environment, session: Session) -> tuple[str, ...] | None:
    """Steps that are applied now, according to the ledger; None when it cannot be asked."""
    identity = environment.request.change
    try:
        change = ledger.find(session, identity.namespace, identity.name)
    except psycopg.Error:
        return None
    return change.steps_done if change else ()
