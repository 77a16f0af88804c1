"""The operator's image, built from the repository's Dockerfile on the Postgres image."""

import hashlib
import os
import time
from collections.abc import Mapping
from pathlib import Path

from testcluster import oci
from testcluster.builders import find_builder
from testcluster.debian import POSTGRES_NEWEST
from testcluster.paths import REPOSITORY, cache_directory
from testcluster.shell import CommandError, give_to_user, say

NAME = "localhost/schemachange-operator:dev"
BASE = POSTGRES_NEWEST


def cache_key(inputs: Mapping[str, bytes], base: str) -> str:
    """What tells one build from another: the base image, and names and contents of all inputs."""
    digest = hashlib.sha256(base.encode())
    for name, content in sorted(inputs.items()):
        digest.update(f"\0{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def read_inputs(repository: Path) -> dict[str, bytes]:
    """All files that go into the image."""
    single = [repository / name for name in ("Dockerfile", ".dockerignore", "requirements.lock")]
    package = sorted((repository / "operator" / "schemachange_operator").rglob("*"))
    sources = [path for path in package if path.is_file() and "__pycache__" not in path.parts]
    missing = [path for path in single if not path.exists()]
    if missing or not sources:
        raise CommandError(f"the operator's image cannot be built without {missing or 'its package'}")
    return {str(path.relative_to(repository)): path.read_bytes() for path in [*single, *sources]}


def ensure_built(repository: Path = REPOSITORY) -> Path:
    """The image's archive, built if its inputs have changed."""
    base = BASE.ensure_built()
    key = cache_key(read_inputs(repository), oci.config_digest(base))
    archive = cache_directory() / "images" / f"schemachange-operator-{key}.tar"
    if not archive.exists():
        _build(repository, base, archive)
    return archive


def _build(repository: Path, base: Path, archive: Path) -> None:
    say(f"building {NAME}")
    started = time.monotonic()
    builder = find_builder()
    log = cache_directory() / "logs" / "schemachange-operator-image.log"
    if not builder.holds(BASE.name, oci.config_digest(base)):
        builder.load(base, log)
    builder.build(repository, NAME, BASE.name, log)
    unfinished = archive.with_suffix(f".{os.getpid()}.unfinished")
    builder.save(NAME, unfinished, log)
    for outdated in archive.parent.glob("schemachange-operator-*.tar"):
        outdated.unlink()
    unfinished.rename(archive)
    give_to_user(archive)
    say(f"built {NAME} in {time.monotonic() - started:.0f} s")
