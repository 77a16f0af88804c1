"""Values that several tests begin from."""

from typing import Any

from schemachange_operator.api.database import PostgresDatabase
from schemachange_operator.api.migration import AppTests
from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.content import Content, ContentStep, Undo
from schemachange_operator.core.jobs import JobOrder
from schemachange_operator.core.plan import Difference, LockHeld, PlanDocument, PlannedStatement, PlannedStep, TableSize
from schemachange_operator.core.task import ChangeIdentity, RunRequest
from unit.phases.simulation import CHANGE, DATABASE

UID = CHANGE["metadata"]["uid"]
IDENTITY = ChangeIdentity(uid=UID, namespace="shop", name="orders-currency")
CONTENT = Content(steps=(ContentStep(name="add", sql="ALTER TABLE t ADD c text", undo=Undo(sql="ALTER TABLE t DROP c")),))


def change() -> SchemaChange:
    return SchemaChange.model_validate({**CHANGE, "metadata": {**CHANGE["metadata"], "name": "orders-currency"}})


def database() -> PostgresDatabase:
    return PostgresDatabase.model_validate(DATABASE)


def plan(**changes: Any) -> PlanDocument:
    add = PlannedStatement(
        number=1,
        kind="ALTER TABLE",
        text="ALTER TABLE orders ADD COLUMN currency text",
        transactional=True,
        destructive=False,
        predicted_lock="AccessExclusive",
        relations=("public.orders",),
        held=(LockHeld(relation="public.orders", mode="AccessExclusive"),),
        duration_milliseconds=3.2,
    )
    drop = add.model_copy(update={"text": "ALTER TABLE orders DROP COLUMN note", "destructive": True, "number": 1})
    document = PlanDocument(
        content_digest=CONTENT.digest(),
        server_version="18.1",
        fingerprint="sha256:" + "1" * 64,
        relations=("public.orders",),
        sizes=(TableSize(relation="public.orders", rows=300_000, bytes=52_428_800),),
        steps=(
            PlannedStep(name="add", kind="Transaction", statements=(add,), undo="rollback of 1 statement", duration_milliseconds=4),
            PlannedStep(name="fill", kind="Backfill", rows_estimated=300_000, undo="not needed: goes with add"),
            PlannedStep(
                name="drop", kind="Transaction", statements=(drop,), destroys=True,
                irreversible="data is gone, restored from the backup", undo="irreversible: data is gone",
            ),
        ),
        difference=(
            Difference(kind="column", name="public.orders.currency", change="added"),
            Difference(kind="column", name="public.orders.note", change="removed"),
        ),
        rows_generated={"public.orders": 1000},
        notes=("The table is large.",),
        rollback_proven=True,
        duration_milliseconds=412,
    )  # fmt: skip
    return document.model_copy(update=changes)


def order(task: Task, **changes: Any) -> JobOrder:
    request = RunRequest(
        task=task,
        change=IDENTITY,
        connection=database().spec.connection,
        migration_role="orders_owner",
        content_digest=CONTENT.digest(),
        step=changes.get("step", ""),
    )
    values: dict[str, Any] = {
        "task": task,
        "change": IDENTITY,
        "cycle": "0123456789",
        "attempt": 1,
        "request": request,
        "content": CONTENT,
        "plan": None if task == Task.PLAN else plan(),
        "database": database(),
        "app_tests": AppTests(image="shop/tests:1.4", command=("pytest", "-q")) if task == Task.TEST else None,
        **changes,
    }
    return JobOrder.model_validate(values)
