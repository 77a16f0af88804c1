"""Where things lie: caches in the user's cache folder, never in the repository."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# For the few things that root makes for other users.
SYSTEM_CACHE = Path("/var/cache/schemachange-operator")


def cache_directory() -> Path:
    """The folder for all that can be made again: binaries, images, database servers, the cluster's state."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "schemachange-operator"
