"""What a backup says of itself: every file with its size and hash, every table with its rows, as of one snapshot."""

import hashlib
from pathlib import Path

from pydantic import ValidationError

from schemachange_operator.api.base import Model
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.digest import canonical, digest
from schemachange_operator.core.errors import Stop
from schemachange_operator.core.task import BackupFacts, RunRequest

MANIFEST = "manifest.json"
SCHEMA_FILE = "schema.dump"
DATA_FOLDER = "data"
CHUNK = 1 << 20


class BackupFile(Model):
    """One file of a backup."""

    bytes: int
    sha256: str


class Manifest(Model):
    """The whole backup, as it was taken."""

    request: str
    """Digest of what was asked for."""
    server_version: int
    """As server_version_num."""
    lsn: str
    """Write-ahead log position of the snapshot."""
    taken_at: str
    scope: str
    roles: tuple[str, ...]
    """Roles that objects can belong to or be granted to."""
    rows: dict[str, int]
    """Rows by table, as schema.name, in the same snapshot as the data."""
    files: dict[str, BackupFile]
    """By path below the backup's folder, with / between."""

    def text(self) -> str:
        """Canonical JSON."""
        return canonical(self.model_dump(mode="json", by_alias=True))

    def facts(self, proved_by: str) -> BackupFacts:
        """What a report says of it; its hash stands for all files, since it holds theirs."""
        return BackupFacts(
            size_bytes=sum(file.bytes for file in self.files.values()),
            sha256="sha256:" + hashlib.sha256(self.text().encode()).hexdigest(),
            rows=sum(self.rows.values()),
            lsn=self.lsn,
            proved_by=proved_by,
        )


def asked(request: RunRequest) -> str:
    """Digest of what a backup is asked for: the same request finds its backup again."""
    return digest(
        [
            request.change.namespace,
            request.change.name,
            request.content_digest,
            request.plan_digest,
            request.step,
            request.backup_scope,
            list(request.relations),
        ]
    )


def place(folder: Path, request: RunRequest) -> Path:
    """The backup's own folder. Raises Stop(BackupFailed) for a path that leads out of the backups' folder."""
    found = (folder / request.backup_path).resolve()
    if not request.backup_path or folder.resolve() not in found.parents:
        raise Stop(Reason.BACKUP_FAILED, "The backup's folder is not below the backups' place. Nothing was dumped.")
    return found


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a whole backup; None when there is none. Raises Stop(BackupFailed) when it cannot be read."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        return Manifest.model_validate_json(path.read_text())
    except (ValidationError, UnicodeDecodeError):
        raise Stop(
            Reason.BACKUP_FAILED,
            f"The manifest of the backup {folder.name} is damaged. Nothing was destroyed."
            " Look at the volume, remove that folder, then set spec.retry: another backup is taken.",
        ) from None


def hashed(folder: Path) -> dict[str, BackupFile]:
    """Every file below a folder but the manifest."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST)
    return {path.relative_to(folder).as_posix(): _hashed_file(path) for path in paths}


def _hashed_file(path: Path) -> BackupFile:
    value = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            value.update(chunk)
    return BackupFile(bytes=path.stat().st_size, sha256=value.hexdigest())
