"""The ledger's steps and statements: what of a change is done, intended or undone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from psycopg.types.json import Jsonb

from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

StepLedgerState = Literal["Intent", "Done", "Undoing", "RolledBack"]
FINGERPRINT = "fingerprint"
"""Member of a step's detail: the touched relations after it."""
Direction = Literal["Apply", "Rollback"]


@dataclass(frozen=True)
class StepRow:
    """One step, as the ledger has it."""

    name: str
    state: StepLedgerState
    attempt: int
    detail: dict[str, Any]
    """How things stood before a statement that cannot be in a transaction."""
    transaction_id: str | None


@dataclass(frozen=True)
class StatementRun:
    """One statement that was run."""

    number: int
    kind: str
    text: str
    """With its literals removed."""
    duration: float
    """Milliseconds."""
    outcome: str = "Done"


def steps(session: Session, change_id: int) -> dict[str, StepRow]:
    """All steps of a change by name, in the order they were begun."""
    rows = session.execute(query("ledger_steps"), {"change_id": change_id}).fetchall()
    return {row["name"]: StepRow(**row) for row in rows}


def step_done(session: Session, change_id: int, name: str, attempt: int, runs: Iterable[StatementRun]) -> None:
    """Say that a step is done, within the transaction of what it did."""
    done = tuple(runs)
    session.execute(
        query("ledger_step_done"),
        {
            "change_id": change_id,
            "name": name,
            "attempt": attempt,
            "statements": len(done),
            "duration": sum(run.duration for run in done),
        },
    )
    log_statements(session, change_id, name, "Apply", attempt, done)


def step_intent(session: Session, change_id: int, name: str, attempt: int, detail: dict[str, Any]) -> None:
    """Say that a step that cannot be in a transaction is about to run."""
    session.execute(
        query("ledger_step_intent"), {"change_id": change_id, "name": name, "attempt": attempt, "detail": Jsonb(detail)}
    )


def step_noted(session: Session, change_id: int, name: str, fingerprint: str) -> None:
    """Note how the touched relations are after a step that is done, so that a failover's loss can be told from a mess."""
    session.execute(
        query("ledger_step_noted"), {"change_id": change_id, "name": name, "detail": Jsonb({FINGERPRINT: fingerprint})}
    )


def step_forget(session: Session, change_id: int, name: str) -> None:
    """Say that an intended step has left nothing behind."""
    session.execute(query("ledger_step_forget"), {"change_id": change_id, "name": name})


def step_undoing(session: Session, change_id: int, name: str, detail: dict[str, Any]) -> None:
    """Say that a rollback that cannot be in a transaction is about to run."""
    session.execute(query("ledger_step_undoing"), {"change_id": change_id, "name": name, "detail": Jsonb(detail)})


def step_undone(session: Session, change_id: int, name: str, attempt: int, runs: Iterable[StatementRun] = ()) -> None:
    """Say that a step is undone, within the transaction of what undid it."""
    session.execute(query("ledger_step_undone"), {"change_id": change_id, "name": name})
    log_statements(session, change_id, name, "Rollback", attempt, runs)


def log_statements(
    session: Session, change_id: int, step: str, direction: Direction, attempt: int, runs: Iterable[StatementRun]
) -> None:
    """Write the statements that were run."""
    for run in runs:
        session.execute(
            query("ledger_statement"),
            {
                "change_id": change_id,
                "step": step,
                "direction": direction,
                "attempt": attempt,
                "number": run.number,
                "kind": run.kind,
                "text": run.text,
                "duration": run.duration,
                "outcome": run.outcome,
            },
        )
