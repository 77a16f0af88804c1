"""The plan as a value: what each statement is, what was predicted, what the rehearsal measured."""

from typing import Literal

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


class Effect(Model):
    """What a statement is foretold to do to one relation that existed before the change."""

    relation: str
    """schema.name; an index is a relation of its own."""
    lock: str = ""
    """The strongest lock, as in LockHeld; empty where none."""
    rewrites: bool = False
    """Whether its file is written anew."""
    scans: bool = False
    """Whether all of its rows are read."""


class Scan(Model):
    """Rows that a statement was seen to read."""

    relation: str
    """schema.name"""
    rows: int


class Forecast(Model):
    """How long something will take on the target."""

    low_milliseconds: int
    likely_milliseconds: int
    high_milliseconds: int
    basis: str
    """What it was reckoned from, in words."""


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
    effects: tuple[Effect, ...] = ()
    """What is foretold for every relation that it touches, partners, partitions, views and indexes included."""
    opaque: str = ""
    """Why what it does cannot be foretold, in words: code that is not known before it runs. Empty where it can."""
    scanned: tuple[Scan, ...] = ()
    """Rows that it was seen to read, by relation."""
    wal_bytes: int = 0
    """Bytes of write-ahead log that it was seen to write."""
    indexed: tuple[str, ...] = ()
    """Relations that it was seen to build an index on."""
    forecast: Forecast | None = None
    """How long it will take on the target, with locks held from then on until its step commits."""


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
    rows_rehearsed: int = 0
    """Rows that a backfill filled in the rehearsal."""
    duration_milliseconds: float = 0.0
    forecast: Forecast | None = None
    """How long it will take on the target."""


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


class Probe(Model):
    """A question that was put to the target's data, read-only: whether a statement would fail on its rows."""

    step: str
    statement: int
    """Counted from 1 in its step."""
    relation: str
    question: str
    """For people: rows with NULL in note, duplicates in (email), …"""
    answer: Literal["Fits", "Violated", "NotAsked"]
    """NotAsked: it would have cost more than the limit."""
    rows: int = 0
    """Rows found to violate it; counting stops at a limit."""
    reason: str = ""
    """Why it was not asked, or why a violation need not be one any more when the statement runs."""


class Circumstance(Model):
    """Something about the target at the moment of planning that the reviewer should know."""

    about: Literal[
        "Replica", "LongTransaction", "PreparedTransaction", "Disk", "Pooler", "Publication", "Subscription", "Activity"
    ]
    sentence: str
    """What it is and what it means for this change."""
    warns: bool = False
    """Whether it speaks against applying the change just now."""


class SafeSequence(Model):
    """Steps that reach the same schema as a hazardous statement without its hazard."""

    rule: str
    step: str
    statement: int
    sql: str
    """The steps, ready to paste; divided by lines of `-- next step`."""
    yaml: str = ""
    """The same as `steps` of spec.migration, with rollbacks."""
    also: tuple[str, ...] = ()
    """Other rules that it satisfies."""
    verified: bool = False
    """Whether a rehearsal saw it reach the same schema."""
    keeps: bool = False
    """Whether it leaves something behind that the statement alone would not have left."""
    note: str = ""
    """What it asks for beside, or why it could not be verified."""


class DataProof(Model):
    """Rows of one touched table before the change and after its rollback, in the rehearsal."""

    relation: str
    rows_before: int
    rows_after: int
    columns_changed: tuple[str, ...] = ()
    """Columns whose values are not the same any more."""


class WrittenStep(Model):
    """The SQL of a step that says what is wanted and not how: written by the operator, from the target's catalog."""

    step: str
    sql: str
    undo: str
    """The SQL that undoes it."""


class PlanDocument(Model):
    """The whole plan: what stands in the plan's ConfigMap and in the ledger."""

    content_digest: str
    server_version: str
    system_identifier: str = ""
    """Of the server: a copy of its files has the same, a restored dump has another."""
    fingerprint: str
    relations: tuple[str, ...]
    """Relations touched, as schema.name; new ones included."""
    planned_for: dict[str, dict[str, dict[str, str]]] = {}
    """Those relations and what depends on them, as they were: kind, name, attribute, value. Long values are cut and digested."""
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
    residue: tuple[Difference, ...] = ()
    """What a rollback leaves that is not as it was, and that changes nothing for the application."""
    data: tuple[DataProof, ...] = ()
    """Whether the rows were the same again after the rollback."""
    rows_from: str = ""
    """Where the rehearsal's rows came from: Generated, Sample or Clone; empty where it had none."""
    probes: tuple[Probe, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()
    sequences: tuple[SafeSequence, ...] = ()
    written: tuple[WrittenStep, ...] = ()
    """Exactly this is run, and nothing that is written anew later."""
    forecast: Forecast | None = None
    """How long all steps will take on the target."""
    duration_milliseconds: int = 0
    rehearsed: bool = True
    """Whether it was run in a throw-away copy; without that, locks are foretold and nothing is measured."""

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
