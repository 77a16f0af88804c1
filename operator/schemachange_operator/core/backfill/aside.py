"""Rows that could not be filled: set aside by key, so that all others are filled, and told at the end."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST = 100
"""So many at least are set aside before it is taken for a fault of the expression, whatever the policy allows."""
NAMED = 10
"""Rows that a message names."""


@dataclass(frozen=True)
class RowAside:
    """One row."""

    key: list[str]
    why: str
    """The server's message without the data that it quotes."""


def too_many(count: int, allowed: int) -> bool:
    """Whether going on is of no use."""
    return count > max(allowed, MOST)


def listed(keys: Sequence[str], rows: Sequence[RowAside]) -> str:
    """Rows by their key, each with its reason; the first of them."""
    named = [f"{', '.join(f'{name} {value}' for name, value in zip(keys, row.key, strict=True))}: {row.why}" for row in rows]
    more = f"; and {len(rows) - NAMED} more, all in schemachange.step.detail" if len(rows) > NAMED else ""
    return "; ".join(named[:NAMED]) + more
