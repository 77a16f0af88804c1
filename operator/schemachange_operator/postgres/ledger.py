"""The ledger's changes: what is open, completed or unproven in a database, and who holds which relations."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import errors

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.content import Content
from schemachange_operator.core.errors import Stop, TryLater
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.snapshot import Snapshot
from schemachange_operator.core.task import Approver, ChangeIdentity, Record, RunRequest
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary

ChangeState = Literal["Open", "Completed", "RolledBack", "Unproven"]
VERSION = 2
"""Each version from the second has a query ledger_version_<number>.sql that makes it out of the one before."""


@dataclass(frozen=True)
class Change:
    """One go at a change, as the ledger has it."""

    id: int
    uid: str
    namespace: str
    name: str
    content_digest: str
    plan_digest: str
    plan: PlanDocument | None
    record: Record
    relations: tuple[str, ...]
    state: ChangeState
    system_identifier: int
    steps_done: tuple[str, ...]
    """Steps that are applied now, in order."""
    opened_at: datetime
    closed_at: datetime | None
    outcome: str
    """How it ended, in words."""

    @property
    def approvals(self) -> tuple[Approver, ...]:
        """Who approved the plan that was applied."""
        return self.record.approvals

    @property
    def completed_at(self) -> str:
        """When it was completed, RFC 3339; empty when it is not."""
        return self.closed_at.isoformat() if self.state == "Completed" and self.closed_at else ""


def installed(session: Session) -> bool:
    """Whether the database has a ledger."""
    return bool(_row(session, "ledger_exists")["installed"])


def install(session: Session, migration_role: str) -> None:
    """Create the ledger where it is missing, bring it to this version, and make sure that migrations cannot write it.

    The session is the login's, in autocommit. Raises Stop(PermissionMissing) when they could, or when it cannot be created.
    """
    try:
        with session.transaction():
            if not installed(session):
                session.execute(query("ledger_create"))
            for number in range(_known_version(session) + 1, VERSION + 1):
                session.execute(query(f"ledger_version_{number}"))
            _check_reach(session, migration_role)
    except errors.InsufficientPrivilege as error:
        login, database = session.info.user, session.info.dbname
        raise Stop(
            Reason.PERMISSION_MISSING,
            f"The ledger (schema schemachange) cannot be created or read: {primary(error)}. Nothing was run."
            f" As an administrator: GRANT CREATE ON DATABASE {database} TO {login}; a schema of that name has to be {login}'s.",
        ) from None


def version(session: Session) -> int:
    """The version of a ledger that is installed."""
    number: int = _row(session, "ledger_version")["number"]
    return number


def _known_version(session: Session) -> int:
    found = version(session)
    if found > VERSION:
        raise Stop(
            Reason.SERVER_UNSUPPORTED,
            f"The database's ledger (schema schemachange) has version {found}, this runner knows version {VERSION}."
            " Nothing was run. Use an operator at least as new as the one that wrote it.",
        )
    return found


def _check_reach(session: Session, migration_role: str) -> None:
    if _row(session, "ledger_writable", role=migration_role)["writable"]:
        raise Stop(
            Reason.PERMISSION_MISSING,
            f"The migration role {migration_role} could write the ledger (schema schemachange): it is a superuser, an owner of"
            " the schema or of a table in it, or was granted the right. Nothing was run."
            " Name a role in spec.roles.migration that owns the application's objects alone.",
        )


def find(session: Session, namespace: str, name: str) -> Change | None:
    """The current go at a change: open, completed or unproven; None when there is none, or no ledger."""
    if not installed(session):
        return None
    row = session.execute(query("ledger_find"), {"namespace": namespace, "name": name}).fetchone()
    return _change(row) if row else None


def _change(row: dict[str, Any]) -> Change:
    plan, outcome = row.pop("plan"), row.pop("outcome")
    return Change(
        plan=PlanDocument.model_validate_json(plan) if plan else None,
        record=Record.model_validate(row.pop("record")),
        relations=tuple(row.pop("relations")),
        steps_done=tuple(row.pop("steps_done")),
        outcome=outcome or "",
        **row,
    )


def current(session: Session, request: RunRequest) -> Change | None:
    """The current go at the request's change.

    Raises Stop when it is of another content or another plan: what is half applied is gone on with as it was approved.
    """
    change = find(session, request.change.namespace, request.change.name)
    if change is None:
        return None
    if change.content_digest != request.content_digest:
        raise Stop(
            Reason.NAME_REUSED,
            f"The ledger has {change.namespace}/{change.name} ({change.state}) with the content"
            f" {change.content_digest[:19]}, not {request.content_digest[:19]}. Nothing was run."
            " Give the new content a new name, or restore the old content.",
        )
    if change.plan_digest != request.plan_digest and change.state == "Open":
        raise Stop(
            Reason.CONTENT_MISMATCH,
            f"The ledger has {change.namespace}/{change.name} open under the plan {change.plan_digest[:19]},"
            f" not {request.plan_digest[:19]}. Nothing was run. Go on with the plan of the ledger, or abort the change.",
        )
    return change


def open_change(
    session: Session, request: RunRequest, content: Content, plan: PlanDocument | None, before: Snapshot
) -> Change:
    """Open the request's change, within the caller's transaction, and reserve its relations.

    Raises TryLater when another change holds one of the relations, or is unproven.
    """
    session.execute(query("ledger_lock"))
    relations = sorted(set(request.relations) | set(plan.relations if plan else ()))
    _refuse_held(session, request.change, relations)
    session.execute(
        query("ledger_open"),
        {
            "uid": request.change.uid,
            "namespace": request.change.namespace,
            "name": request.change.name,
            "content_digest": request.content_digest,
            "content": content.text(),
            "plan_digest": request.plan_digest,
            "plan": plan.text() if plan else None,
            "record": request.record.model_dump_json(by_alias=True),
            "relations": relations,
            "before_snapshot": json.dumps(before),
        },
    )
    change = find(session, request.change.namespace, request.change.name)
    if change is None:
        raise RuntimeError("the ledger lost a row that was just written")
    return change


def _refuse_held(session: Session, change: ChangeIdentity, relations: list[str]) -> None:
    asked = {"namespace": change.namespace, "name": change.name, "relations": relations}
    holder = session.execute(query("ledger_holders"), asked).fetchone()
    if holder is None:
        return
    who = f"{holder['namespace']}/{holder['name']}"
    if holder["state"] == "Unproven":
        raise TryLater(
            Reason.DATABASE_HELD,
            f"The state of the change {who} on this database is unproven. Nothing was run."
            f" This change goes on by itself once {who} is mended.",
        )
    raise TryLater(
        Reason.RELATIONS_HELD,
        f"The change {who} works on {', '.join(holder['shared'])} too. Nothing was run."
        f" This change goes on by itself once {who} has ended.",
    )


def adopt(session: Session, change: Change, uid: str) -> None:
    """Lock an open change for the caller's transaction; a re-created object becomes the row's owner.

    Raises TryLater(WaitingForLock) as LockNotAvailable when another runner's transaction has it.
    """
    if session.execute(query("ledger_adopt"), {"uid": uid, "id": change.id}).rowcount != 1:
        raise TryLater(
            Reason.DATABASE_BUSY,
            f"The change {change.namespace}/{change.name} was ended by another runner meanwhile. Nothing was run.",
        )


def close(session: Session, change: Change, state: ChangeState, outcome: str) -> None:
    """End a go at a change, or mark it unproven."""
    session.execute(query("ledger_close"), {"id": change.id, "state": state, "outcome": outcome})


def before_snapshot(session: Session, change: Change) -> Snapshot:
    """The catalog as it was before the first step."""
    snapshot: Snapshot = _row(session, "ledger_before", id=change.id)["before_snapshot"]
    return snapshot


def _row(session: Session, name: str, **parameters: object) -> dict[str, Any]:
    row = session.execute(query(name), parameters or None).fetchone()
    if row is None:
        raise RuntimeError(f"query {name} answered no row")
    return row
