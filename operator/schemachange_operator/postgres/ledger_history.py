"""The ledger's chain of hashes, read: what was done in order, and whether somebody has changed it since."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session


@dataclass(frozen=True)
class Entry:
    """One thing that was written to the ledger."""

    sequence: int
    written_at: datetime
    event: str
    namespace: str
    name: str
    """The change; empty where it concerns none."""
    step: str
    by: str
    """The login that wrote it."""
    by_hand: bool
    """Whether it was written by somebody else than a runner."""
    transaction: str
    row: dict[str, Any]
    """The row as it was written; long texts by their SHA-256."""
    digest: str


@dataclass(frozen=True)
class Fault:
    """Something in the ledger that is not as it was written."""

    what: str
    wrong: str

    def sentence(self) -> str:
        """For people."""
        return f"{self.what} {self.wrong}"


def read_history(session: Session, namespace: str | None = None, name: str | None = None) -> tuple[Entry, ...]:
    """What was written, in order: of one change or, without a name, of all of them."""
    rows = session.execute(query("ledger_history"), {"namespace": namespace, "name": name}).fetchall()
    return tuple(Entry(**row) for row in rows)


def head(session: Session) -> dict[str, Any]:
    """Number and digest of the chain's last entry."""
    return session.execute(query("ledger_head")).fetchone() or {}


def check(session: Session) -> tuple[Fault, ...]:
    """Hash the chain again and compare each row with its last entry. Nothing is right where something is answered."""
    chain = session.execute(query("ledger_check_chain")).fetchall()
    rows = session.execute(query("ledger_check_rows")).fetchall()
    return (*map(_of_chain, chain), *map(_of_row, rows))


def _of_chain(row: dict[str, Any]) -> Fault:
    wrong = "does not have its digest: it was changed" if row["forged"] else "does not follow the one before: one is missing"
    return Fault(f"entry {row['sequence']}", wrong)


def _of_row(row: dict[str, Any]) -> Fault:
    wrong = "is not as its last entry says"
    if row["unwritten"]:
        wrong = "has no entry"
    elif row["gone"]:
        wrong = "is gone"
    return Fault(f"{row['of_table']} {row['key']}", wrong)
