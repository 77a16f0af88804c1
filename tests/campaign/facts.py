"""What the checker is told of a run: plain values, so that it needs nothing of the product's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Ended = Literal["Completed", "RolledBack"]


@dataclass(frozen=True)
class Written:
    """What the client knows of its own writes, by key."""

    acknowledged: Mapping[int, str] = field(default_factory=dict)
    """Rows whose COMMIT was answered: key to value. Each has to be there, once."""
    unknown: Mapping[int, str] = field(default_factory=dict)
    """Rows whose COMMIT got no answer: there, or not."""
    counted: int = 0
    """Acknowledged increments of the counter in the table `client_counter`."""
    counted_at_most: int = 0
    """Those and the ones that got no answer."""


@dataclass(frozen=True)
class Facts:
    """One run that is over."""

    url: str
    """The database, as a superuser."""
    ended: Ended
    """How the change ended, as it says itself."""
    steps: tuple[str, ...]
    """The change's steps, in order."""
    before: str
    after: str
    """The two allowed states of the catalog, as `checker.catalog` writes them."""
    proofs: Mapping[Ended, tuple[str, ...]] = field(default_factory=dict)
    """Questions to the database that have to answer true: the effect is there once, or not at all."""
    written: Written | None = None
    client_table: str = "orders"
    """Where the client writes: (id, note)."""
    own_ids: int = 1_000_000
    """The client's keys are above this; rows below were there before."""
    rows_before: int = 0
    """How many rows there were."""
    backups: Path | None = None
    """The folder that backups lie in."""
    backup_needed: bool = False
    """Whether a completed change must have left a whole backup."""
    name: str = "orders-currency"
    namespace: str = "shop"
