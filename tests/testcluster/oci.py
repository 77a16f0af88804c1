"""Making OCI image archives without a container engine."""

import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testcluster.shell import CommandError

SEARCH_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MEDIA_TYPE = "application/vnd.oci.image"


@dataclass(frozen=True)
class Settings:
    """What the image says about running it."""

    entrypoint: list[str] = field(default_factory=list)
    environment: list[str] = field(default_factory=lambda: [SEARCH_PATH, "LANG=C.UTF-8"])

    def document(self) -> dict[str, Any]:
        """The `config` part of the image's configuration."""
        return {"Env": self.environment, **({"Entrypoint": self.entrypoint} if self.entrypoint else {})}


def layer_of_files(files: Mapping[str, Path]) -> Path:
    """A layer in a temporary file, with some programs at the root of the file system."""
    with tempfile.NamedTemporaryFile(suffix=".tar", delete=False) as output, tarfile.open(fileobj=output, mode="w") as tar:
        for name, source in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = source.stat().st_size, 0o755
            with source.open("rb") as content:
                tar.addfile(entry, content)
    return Path(output.name)


def file_digest(path: Path) -> str:
    """The SHA-256 of a file as OCI writes it."""
    with path.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"


def write_archive(archive: Path, name: str, layer: Path, settings: Settings) -> None:
    """Write an archive of a one-layer image; the layer, an uncompressed tar, is used up."""
    digest = file_digest(layer)
    blobs: dict[str, bytes] = {}
    configuration = _blob(blobs, "config.v1+json", _configuration(digest, settings))
    layers = [_descriptor("layer.v1.tar", digest, layer.stat().st_size)]
    manifest = _blob(blobs, "manifest.v1+json", _document("manifest.v1+json", config=configuration, layers=layers))
    names = {"io.containerd.image.name": name, "org.opencontainers.image.ref.name": name}
    index = _document("index.v1+json", manifests=[{**manifest, "annotations": names}])
    with tarfile.open(archive, "w") as tar:
        _add(tar, "oci-layout", _encoded({"imageLayoutVersion": "1.0.0"}))
        _add(tar, "index.json", _encoded(index))
        # The same once more in the words of older Docker engines, which know no OCI layout.
        docker = {"Config": _blob_path(configuration["digest"]), "RepoTags": [name], "Layers": [_blob_path(digest)]}
        _add(tar, "manifest.json", _encoded([docker]))
        for blob_digest, content in blobs.items():
            _add(tar, _blob_path(blob_digest), content)
        tar.add(layer, _blob_path(digest))
    layer.unlink()


def manifest_digest(archive: Path) -> str | None:
    """The digest by which a node knows the image of an archive; nothing for an archive of an older Docker engine."""
    with tarfile.open(archive) as tar:
        if "index.json" not in {member.name for member in tar}:
            return None
        return str(_read(tar, "index.json")["manifests"][0]["digest"])


def config_digest(archive: Path) -> str:
    """The digest of the image's configuration, by which builders know an image."""
    with tarfile.open(archive) as tar:
        (described,) = _read(tar, "index.json")["manifests"]
        return str(_read(tar, _blob_path(described["digest"]))["config"]["digest"])


def _read(tar: tarfile.TarFile, name: str) -> Any:
    content = tar.extractfile(name)
    if content is None:
        raise CommandError(f"{name} is not a file in {tar.name!r}")
    return json.load(content)


def _configuration(layer_digest: str, settings: Settings) -> dict[str, Any]:
    return {
        "architecture": "amd64",
        "os": "linux",
        "config": settings.document(),
        "rootfs": {"type": "layers", "diff_ids": [layer_digest]},
        # Builders count on one entry a layer when they add layers of their own.
        "history": [{"created": "1970-01-01T00:00:00Z"}],
    }


def _document(media_type: str, **content: Any) -> dict[str, Any]:
    return {"schemaVersion": 2, "mediaType": f"{MEDIA_TYPE}.{media_type}", **content}


def _blob(blobs: dict[str, bytes], media_type: str, document: dict[str, Any]) -> dict[str, Any]:
    content = _encoded(document)
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    blobs[digest] = content
    return _descriptor(media_type, digest, len(content))


def _descriptor(media_type: str, digest: str, size: int) -> dict[str, Any]:
    return {"mediaType": f"{MEDIA_TYPE}.{media_type}", "digest": digest, "size": size}


def _encoded(document: dict[str, Any] | list[Any]) -> bytes:
    return json.dumps(document, sort_keys=True).encode()


def _blob_path(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o644
    tar.addfile(entry, io.BytesIO(content))
