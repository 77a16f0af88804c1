"""Plans that the page is read with: a simple one, one of several steps, one that destroys; each with all that can be known."""

from typing import Any

from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.page.subject import Subject
from schemachange_operator.core.page.whole import page
from schemachange_operator.core.plan import (
    Circumstance,
    DataProof,
    Difference,
    Effect,
    Forecast,
    LockHeld,
    PlanDocument,
    PlannedStatement,
    PlannedStep,
    Probe,
    SafeSequence,
    Scan,
    TableSize,
)
from unit.kube import samples

DIGEST = "sha256:" + "a" * 64
SIZE = TableSize(relation="public.orders", rows=12_400_000, bytes=3_221_225_472)
WARNED = Finding(
    rule="set-not-null-scans",
    severity="Warn",
    step="require",
    statement=1,
    line=1,
    relation="public.orders",
    message="currency becomes NOT NULL: every row is read while reads and writes wait.",
    recipe="Prove it first with a CHECK that is added NOT VALID and validated.",
)


def forecast(low: int, likely: int, high: int) -> Forecast:
    return Forecast(
        low_milliseconds=low, likely_milliseconds=likely, high_milliseconds=high, basis="from 1,000 rows to 12,400,000"
    )


def statement(text: str, mode: str = "AccessExclusive", **others: Any) -> PlannedStatement:
    values: dict[str, Any] = {
        "number": 1,
        "kind": " ".join(text.split()[:2]),
        "text": text,
        "transactional": True,
        "destructive": False,
        "predicted_lock": mode,
        "relations": ("public.orders",),
        "held": (LockHeld(relation="public.orders", mode=mode),),
        "effects": (Effect(relation="public.orders", lock=mode),),
        "duration_milliseconds": 3.2,
        "wal_bytes": 4_096,
        **others,
    }
    return PlannedStatement.model_validate(values)


def step(name: str, *statements: PlannedStatement, **others: Any) -> PlannedStep:
    values = {"kind": "Transaction", "undo": "rollback of 1 statement", "duration_milliseconds": 4.0, **others}
    return PlannedStep.model_validate({"name": name, "statements": statements, **values})


def document(*steps: PlannedStep, **others: Any) -> PlanDocument:
    values: dict[str, Any] = {
        "content_digest": samples.CONTENT.digest(),
        "server_version": "18.1",
        "fingerprint": "sha256:" + "1" * 64,
        "relations": ("public.orders",),
        "sizes": (SIZE,),
        "steps": steps,
        "rows_generated": {"public.orders": 1000},
        "rows_from": "Generated",
        "rollback_proven": not any(one.irreversible for one in steps),
        "duration_milliseconds": 412,
        **others,
    }
    return PlanDocument.model_validate(values)


def simple() -> PlanDocument:
    add = statement("ALTER TABLE orders ADD COLUMN channel text", forecast=forecast(2, 3, 9))
    return document(
        step("migration", add, forecast=forecast(3, 4, 12)),
        difference=(Difference(kind="column", name="public.orders.channel", change="added"),),
        data=(DataProof(relation="public.orders", rows_before=1000, rows_after=1000),),
        forecast=forecast(3, 4, 12),
    )


def currency() -> PlanDocument:
    trigger = statement(
        "CREATE TRIGGER orders_fill_currency BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION fill()",
        "ShareRowExclusive",
        number=2,
    )
    require = statement(
        "ALTER TABLE orders ALTER COLUMN currency SET NOT NULL",
        effects=(Effect(relation="public.orders", lock="AccessExclusive", scans=True),),
        scanned=(Scan(relation="public.orders", rows=1000),),
        forecast=forecast(900, 1_400, 4_800),
    )
    code = statement("CALL tidy()", "RowExclusive", held=(), effects=(), predicted_lock="", opaque="a procedure's body")
    return document(
        step("add", statement("ALTER TABLE orders ADD COLUMN currency text"), trigger),
        step(
            "fill",
            kind="Backfill",
            rows_estimated=12_400_000,
            undo="not needed: goes with add",
            forecast=forecast(900_000, 1_500_000, 4_000_000),
        ),
        step("require", require, forecast=forecast(900, 1_400, 4_800)),
        step("tidy", code, undo="not needed: nothing to undo"),
        difference=(
            Difference(kind="column", name="public.orders.currency", change="added"),
            Difference(
                kind="column",
                name="public.orders.currency",
                change="changed",
                attribute="not_null",
                before="false",
                after="true",
            ),
        ),
        findings=(WARNED,),
        residue=(
            Difference(kind="column", name="public.orders", change="changed", attribute="order", before="1 2", after="1 3"),
        ),
        data=(DataProof(relation="public.orders", rows_before=1000, rows_after=1000),),
        probes=(
            Probe(
                step="require",
                statement=1,
                relation="public.orders",
                question="rows with NULL in currency",
                answer="NotAsked",
                reason="the column does not exist yet",
            ),
            Probe(step="add", statement=1, relation="public.orders", question="duplicates in (id)", answer="Fits"),
        ),
        circumstances=(
            Circumstance(about="Replica", sentence="2 replicas repeat it; queries there that read the table are cancelled."),
            Circumstance(
                about="LongTransaction", sentence="A transaction is open for 3 h; the change waits behind it.", warns=True
            ),
        ),
        sequences=(
            SafeSequence(
                rule="set-not-null-scans",
                step="require",
                statement=1,
                verified=True,
                note="",
                sql="ALTER TABLE orders ADD CONSTRAINT c CHECK (currency IS NOT NULL) NOT VALID;\n-- next step\n"
                "ALTER TABLE orders VALIDATE CONSTRAINT c;",
            ),
        ),
        forecast=forecast(901_000, 1_502_000, 4_010_000),
        notes=("the throw-away copy is not quite the target's schema: extension timescaledb removed",),
    )


def destructive() -> PlanDocument:
    drop = statement("ALTER TABLE orders DROP COLUMN note", destructive=True, forecast=forecast(2, 3, 9))
    reason = "data is gone, restored from the backup"
    return document(
        step("migration", drop, destroys=True, irreversible=reason, undo=f"irreversible: {reason}"),
        difference=(Difference(kind="column", name="public.orders.note", change="removed"),),
        findings=(
            WARNED.model_copy(
                update={
                    "rule": "drop-column",
                    "step": "migration",
                    "message": "public.orders.note is dropped: its data is gone, and the application fails where it names the column.",
                    "recipe": "Deploy code that does not name it, first.",
                }
            ),
        ),
        forecast=forecast(3, 4, 12),
    )


def change(**spec: Any) -> SchemaChange:
    given = samples.change()
    return given.model_copy(update={"spec": given.spec.model_copy(update=spec)})


def subject(plan: PlanDocument, **others: Any) -> Subject:
    values: dict[str, Any] = {
        "findings": plan.findings,
        "change": change(),
        "database": samples.database(),
        "policy": SchemaPolicySpec(),
        "approvals": 1,
        **others,
    }
    return Subject("shop/orders-currency", plan, **values)


def text(plan: PlanDocument, **others: Any) -> str:
    return "\n".join(page(subject(plan, **others), DIGEST, "kubectl create --filename approval.yaml"))
