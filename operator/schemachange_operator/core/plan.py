"""The plan as a value: what each statement is, what was predicted, what the rehearsal measured."""

from schemachange_operator.api.base import Model
from schemachange_operator.core.content import StepKind
from schemachange_operator.core.digest import canonical, digest
from schemachange_operator.core.finding import Finding


class LockHeld(Model):
    """One lock on one relation."""

    relation: str
    """schema.name"""
    mode: str
    """As pg_locks writes it without 'Lock': AccessExclusive, ShareUpdateExclusive, …"""


class PlannedStatement(Model):
    """One statement: what the grammar says of it and what the rehearsal saw."""

    number: int
    """Counted from 1 in its step."""
    kind: str
    """For people: ALTER TABLE, CREATE INDEX CONCURRENTLY, …"""
    text: str
    """The statement with its literals removed."""
    transactional: bool
    destructive: bool
    predicted_lock: str
    """The strongest table-level lock that the kind takes; empty where none."""
    relations: tuple[str, ...] = ()
    """Relations named in it, as schema.name."""
    held: tuple[LockHeld, ...] = ()
    """Locks seen in the rehearsal on relations that existed before the change."""
    duration_milliseconds: float = 0.0
    rewritten: tuple[str, ...] = ()
    """Relations whose file was written anew."""


class PlannedStep(Model):
    """One step of the plan."""

    name: str
    kind: StepKind
    statements: tuple[PlannedStatement, ...] = ()
    destroys: bool = False
    irreversible: str = ""
    """The reason given, if it cannot be undone."""
    undo: str = ""
    """What undoes it, in words: 'rollback of 2 statements', 'not needed: …', 'irreversible: …'."""
    rows_estimated: int = 0
    """Rows that a backfill would touch on the target, as estimated from its statistics."""
    duration_milliseconds: float = 0.0


class Difference(Model):
    """One difference between two catalog snapshots."""

    kind: str
    """table, column, index, constraint, function, …"""
    name: str
    """The object's name path, for example public.orders.currency."""
    change: str
    """added, removed or changed."""
    attribute: str = ""
    """What of it changed."""
    before: str = ""
    after: str = ""

    def sentence(self) -> str:
        """One line for people."""
        if self.change != "changed":
            return f"{self.kind} {self.name} {self.change}"
        return f"{self.kind} {self.name}: {self.attribute} was {self.before or 'empty'}, is {self.after or 'empty'}"


class TableSize(Model):
    """How large a touched relation is on the target."""

    relation: str
    rows: int
    bytes: int


class PlanDocument(Model):
    """The whole plan: what stands in the plan's ConfigMap and in the ledger."""

    content_digest: str
    server_version: str
    fingerprint: str
    relations: tuple[str, ...]
    """Relations touched, as schema.name; new ones included."""
    sizes: tuple[TableSize, ...] = ()
    steps: tuple[PlannedStep, ...]
    difference: tuple[Difference, ...] = ()
    """What the change does to the catalog, as rehearsed."""
    rows_generated: dict[str, int] = {}
    """Generated rows by relation."""
    notes: tuple[str, ...] = ()
    """What the reviewer should know beside."""
    findings: tuple[Finding, ...] = ()
    """What the rules found, in the order of the statements."""
    rollback_proven: bool = False
    """Applied, rolled back, found equal, applied again."""
    duration_milliseconds: int = 0

    def text(self) -> str:
        """Canonical JSON."""
        return canonical(self.model_dump(mode="json", by_alias=True))

    def evidence_digest(self) -> str:
        """SHA-256 over all of it: what the rehearsal found."""
        return digest(self.model_dump(mode="json", by_alias=True))


LOCK_ORDER = (
    "",
    "AccessShare",
    "RowShare",
    "RowExclusive",
    "ShareUpdateExclusive",
    "Share",
    "ShareRowExclusive",
    "Exclusive",
    "AccessExclusive",
)
"""Lock modes from none to the strongest (PostgreSQL documentation, table 13.2)."""


def strongest(modes: list[str]) -> str:
    """The strongest of some lock modes; empty for none."""
    return max(modes, key=LOCK_ORDER.index, default="")


def strongest_held(statements: tuple[PlannedStatement, ...]) -> str:
    """The strongest lock that some statements were seen to hold."""
    return strongest([lock.mode for statement in statements for lock in statement.held])
