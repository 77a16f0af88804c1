"""Statements as values: split, classified, and refused where a step may not hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from schemachange_operator.core.content import StepKind
from schemachange_operator.core.errors import InvalidSql
from schemachange_operator.core.sql import grammar
from schemachange_operator.core.sql.kinds import classified
from schemachange_operator.core.sql.name import RelationName
from schemachange_operator.core.sql.redaction import redact, shown
from schemachange_operator.core.sql.refusal import refusal

__all__ = ["RelationName", "Statement", "read_statements", "redact", "step_kind"]


@dataclass(frozen=True)
class Statement:
    """One statement of a step and what the grammar alone says of it."""

    number: int
    """Counted from 1 in its step."""
    text: str
    """The exact text, to be sent in one execute."""
    line: int
    """The line in the step's SQL that it begins on, from 1."""
    kind: str
    """For people: ALTER TABLE, CREATE INDEX CONCURRENTLY, …"""
    transactional: bool
    lock: str
    """The strongest lock on any relation, as pg_locks writes it without 'Lock'; empty where none."""
    relations: tuple[RelationName, ...] = ()
    """Relations named, those it creates included; indexes as well as tables. Unqualified ones have no schema."""
    creates: tuple[RelationName, ...] = ()
    """Relations that it creates."""
    destroys: tuple[str, ...] = ()
    """What of the data it destroys or may destroy, in words."""
    notes: tuple[str, ...] = ()
    """What a reviewer should know beside."""
    partners: bool = False
    """Whether the other tables of its relations' foreign keys are locked with them."""

    @property
    def destructive(self) -> bool:
        """Whether a backup is due before it."""
        return bool(self.destroys)


@lru_cache(maxsize=4)  # Check, analysis and plan each ask for the same text; one of 10,000 statements takes seconds.
def read_statements(sql: str) -> tuple[Statement, ...]:
    """Split a step's SQL into statements.

    Raises InvalidSql, naming line and column, when it is empty, does not parse, or holds what a step may not hold.
    """
    try:
        parsed = grammar.parse(sql)
    except grammar.GrammarError as fault:
        raise InvalidSql(_complaint(fault), fault.line, fault.column) from None
    if not parsed:
        raise InvalidSql("There is no statement in it, only white space or comments. Give at least one SQL statement.")
    return tuple(_statement(number, one) for number, one in enumerate(parsed, 1))


def _complaint(fault: grammar.GrammarError) -> str:
    where = f"line {fault.line}, column {fault.column}"
    if fault.token.startswith("\\"):
        return (
            f"A psql command (\\) stands at {where}. A step is sent to the server, not to psql;"
            " write it as SQL, or leave it out."
        )
    near = f', near "{shown(fault.token)}"' if fault.token else ""
    return f"It does not parse: {fault.what} at {where}{near}. Correct the SQL (PostgreSQL 18's grammar)."


def _statement(number: int, parsed: grammar.Parsed) -> Statement:
    refused = refusal(parsed.node, parsed.tree)
    if refused:
        raise InvalidSql(f"Statement {number} (line {parsed.line}): {refused}", parsed.line, 1)
    found = classified(parsed)
    return Statement(
        number=number,
        text=parsed.text,
        line=parsed.line,
        kind=found.kind,
        transactional=found.transactional,
        lock=found.lock,
        relations=found.relations,
        creates=found.creates,
        destroys=found.destroys,
        notes=found.notes,
        partners=found.partners,
    )


def step_kind(statements: Sequence[Statement]) -> StepKind:
    """How a step of SQL is run. Raises InvalidSql when a statement that cannot be in a transaction has company."""
    alone = [statement for statement in statements if not statement.transactional]
    if not alone:
        return "Transaction"
    if len(statements) > 1:
        first = alone[0]
        raise InvalidSql(
            f"Statement {first.number} (line {first.line}, {first.kind}) cannot run in a transaction and has to stand alone"
            f" in its step, but the step has {len(statements)} statements. Put it into a step of its own.",
            first.line,
            1,
        )
    return "Single"
