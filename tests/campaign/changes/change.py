"""A class of change as a value, and the schema that all of them begin with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from campaign.client import COUNTER
from campaign.facts import Ended
from schemachange_operator.core.sql.statement import read_statements

ROWS = 60
"""Rows of `orders` before the change; the client's keys are far above."""
SCHEMA = f"""
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT n, 'x' || n FROM generate_series(1, {ROWS}) n;
{COUNTER};
"""


@dataclass(frozen=True)
class ChangeClass:
    """One class of change."""

    steps: tuple[dict[str, Any], ...]
    """As in a change's content: name, sql or backfill, undo."""
    schema: str = ""
    """What there is before, beside `orders`."""
    relations: tuple[str, ...] = ("public.orders",)
    proofs: Mapping[Ended, tuple[str, ...]] = field(default_factory=dict)
    """Questions that have to be answered true, by how the change ended."""
    fails: bool = False
    """Whether its last step fails, so that it goes back."""
    abort_after: int | None = None
    """Aborted after so many steps."""
    backup_before: str = ""
    """The step before which a backup is taken and proved."""
    held_for: float = 0
    """Seconds for which somebody holds the table's lock, from the beginning."""

    client_reads: str = ""
    """A query that the client makes in its transactions, so that they are in the way."""

    @property
    def statements(self) -> tuple[str, ...]:
        """Its own statements, there and back, with single spaces: how they are known among the runner's requests."""
        texts = [text for one in self.steps for text in (one.get("sql"), one["undo"].get("sql")) if text]
        found = (statement.text for text in texts for statement in read_statements(text))
        return tuple(" ".join(text.split()).rstrip(";") for text in found)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the steps."""
        return tuple(step["name"] for step in self.steps)


def step(name: str, sql: str, undo: str = "") -> dict[str, Any]:
    """A step of SQL; without an undo it goes with another step's."""
    return {"name": name, "sql": sql, "undo": {"sql": undo} if undo else {"notNeeded": "goes with another step"}}


def column(name: str, table: str = "orders") -> str:
    """Whether a column is there."""
    return (
        f"EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'public.{table}'::regclass AND attname = '{name}'"
        " AND NOT attisdropped)"
    )


def valid_index(name: str) -> str:
    """Whether an index is there and can be used."""
    return f"EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('public.{name}') AND indisvalid)"
