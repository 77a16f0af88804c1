"""Debian images with a Postgres in them, made by mmdebstrap from packages alone."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from testcluster import oci, packages
from testcluster.paths import cache_directory
from testcluster.shell import give_to_user, run_logged, say

NOT_UNPACKED = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*")

OPTIONS = (
    "--variant=minbase",
    # A mirror may be a frozen one. Signatures are checked all the same.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    '--aptopt=Acquire::Retries "5"',
    *(f"--dpkgopt=path-exclude={path}" for path in NOT_UNPACKED),
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    # The package would make and start a database of its own while it is installed.
    '--essential-hook=mkdir -p "$1/etc/postgresql-common"; '
    'echo "create_main_cluster = false" >"$1/etc/postgresql-common/createcluster.conf"',
)


@dataclass(frozen=True)
class DebianImage:
    """An image: which suite, with which packages."""

    name: str
    suite: str
    packages: tuple[str, ...]

    def cache_key(self) -> str:
        """What tells one recipe from another."""
        recipe = json.dumps([asdict(self), OPTIONS, Path(oci.__file__).read_text()], sort_keys=True)
        return hashlib.sha256(recipe.encode()).hexdigest()[:16]

    def archive(self) -> Path:
        """Where the image's archive lies, or will lie."""
        file_name = f"{self.name.rpartition('/')[2].replace(':', '-')}-{self.cache_key()}.tar"
        return cache_directory() / "images" / file_name

    def ensure_built(self) -> Path:
        """The archive, built if it is not there yet."""
        archive = self.archive()
        if not archive.exists():
            self._build(archive)
        return archive

    def _build(self, archive: Path) -> None:
        say(f"building {self.name} from Debian {self.suite}")
        packages.ensure("mmdebstrap", "/usr/share/keyrings/debian-archive-keyring.gpg")
        archive.parent.mkdir(parents=True, exist_ok=True)
        layer = archive.with_suffix(f".{os.getpid()}.layer.tar")
        unfinished = archive.with_suffix(f".{os.getpid()}.unfinished")
        included = f"--include={','.join(self.packages)}"
        log = cache_directory() / "logs" / f"{archive.stem}.log"
        run_logged(["mmdebstrap", *OPTIONS, included, self.suite, layer], log, environment={"SOURCE_DATE_EPOCH": "0"})
        oci.write_archive(unfinished, self.name, layer, oci.Settings())
        unfinished.rename(archive)
        give_to_user(archive)


# The base of the operator's image, the target database and the database of the rehearsal: one layer for all three.
POSTGRES_NEWEST = DebianImage(
    name="localhost/debian-postgres:18",
    suite="forky",
    packages=("ca-certificates", "python3", "python3-venv", "python3-pip", "postgresql-18", "postgresql-client-18"),
)
POSTGRES_OLDER = DebianImage(
    name="localhost/debian-postgres:15",
    suite="bookworm",
    packages=("ca-certificates", "postgresql-15", "postgresql-client-15"),
)
DATABASE_IMAGES = (POSTGRES_NEWEST, POSTGRES_OLDER)
