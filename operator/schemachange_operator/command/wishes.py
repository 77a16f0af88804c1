"""What the caller wants."""

from dataclasses import dataclass
from pathlib import Path

from schemachange_operator.api.policy import SchemaPolicySpec


@dataclass(frozen=True)
class Wishes:
    """How to plan."""

    database: str = ""
    """A libpq URL; empty where no database is asked."""
    rehearse: bool = False
    server_binaries: Path | None = None
    role: str | None = None
    search_path: tuple[str, ...] = ("public",)
    policy: SchemaPolicySpec = SchemaPolicySpec()
    verbose: bool = False
    """Whether the log of analysis and rehearsal goes to standard error."""
