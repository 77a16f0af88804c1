"""The images that tests and demo use: built when their inputs have changed, and put on the node when it lacks them."""

import time
from collections.abc import Callable
from pathlib import Path

from testcluster import oci, operator_image
from testcluster.cluster import Cluster
from testcluster.debian import DATABASE_IMAGES
from testcluster.paths import cache_directory
from testcluster.shell import CommandError, exclusively, say

# Each image with what builds it, or finds it built.
IMAGES: dict[str, Callable[[], Path]] = {
    **{image.name: image.ensure_built for image in DATABASE_IMAGES},
    operator_image.NAME: operator_image.ensure_built,
}


def build_images(cluster: Cluster, names: list[str]) -> None:
    """Build what is not built yet, all or those named, and load what the cluster, if it is up, does not have."""
    unknown = sorted(set(names) - set(IMAGES))
    if unknown:
        raise CommandError(f"unknown: {', '.join(unknown)}; images: {', '.join(IMAGES)}")
    cache_directory().mkdir(parents=True, exist_ok=True)
    # A build deletes the archive of an older one, which another process may be about to load.
    with exclusively(cache_directory()):
        archives = {name: IMAGES[name]() for name in names or IMAGES}
        if cluster.status():
            for name, archive in archives.items():
                _load_unless_there(cluster, name, archive)


def find_archive(image: str) -> Path:
    """The archive at this path, or of the image of this name, built if need be."""
    if Path(image).is_file():
        return Path(image)
    if image in IMAGES:
        return IMAGES[image]()
    raise CommandError(f"there is neither an archive nor an image {image!r}; images: {', '.join(IMAGES)}")


def _load_unless_there(cluster: Cluster, name: str, archive: Path) -> None:
    present = cluster.images().get(name)
    if present is not None and present == oci.manifest_digest(archive):
        return
    started = time.monotonic()
    cluster.load_image(archive)
    say(f"loaded {name} in {time.monotonic() - started:.0f} s")
