"""Replicas that are too far behind for a change to write more, by the policy's limits."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from schemachange_operator.api.policy import ReplicationRules
from schemachange_operator.core.circumstances import LAG_BYTES, LAG_SECONDS, size, span

MEBIBYTE = 1024 * 1024

Row = Mapping[str, Any]
"""As circumstance_replicas.sql answers it."""


def too_far_behind(rows: Iterable[Row], rules: ReplicationRules) -> tuple[str, ...]:
    """Replicas over a limit that the policy gives, in words; none where it gives no limit."""
    return tuple(_words(row) for row in rows if _over(row, rules.max_lag_seconds, rules.max_lag_mebibytes))


def behind(rows: Iterable[Row]) -> tuple[str, ...]:
    """Replicas so far behind that people should know, whatever the policy says."""
    return tuple(_words(row) for row in rows if _over(row, LAG_SECONDS, LAG_BYTES // MEBIBYTE))


def hidden(rows: Iterable[Row]) -> int:
    """Replicas whose state this login may not see. One that is being made has a state and no lag yet."""
    return sum(not row["state"] for row in rows)


def _over(row: Row, seconds: int | None, mebibytes: int | None) -> bool:
    return any(value > limit for value, limit in _measured(row, seconds, mebibytes))


def _measured(row: Row, seconds: int | None, mebibytes: int | None) -> Iterator[tuple[float, float]]:
    if seconds is not None and row["lag_seconds"] is not None:
        yield row["lag_seconds"], seconds
    if mebibytes is not None and row["lag_bytes"] is not None:
        yield row["lag_bytes"], mebibytes * MEBIBYTE


def _words(row: Row) -> str:
    return f"{row['name']} ({size(row['lag_bytes'] or 0)}, {span(row['lag_seconds'] or 0.0)} behind)"
