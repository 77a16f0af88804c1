"""The images that tests and demo use: built when their inputs have changed, and put on the node when it lacks them."""

import time
from pathlib import Path

from testcluster.cluster import Cluster
from testcluster.debian import DATABASE_IMAGES
from testcluster.shell import CommandError, say


def build_images(cluster: Cluster) -> None:
    """Build what is not built yet, and load what the cluster, if it is up, does not have."""
    archives = {image.name: image.ensure_built() for image in DATABASE_IMAGES}
    if cluster.status():
        for name, archive in archives.items():
            load_unless_there(cluster, name, archive)


def load_unless_there(cluster: Cluster, name: str, archive: Path) -> None:
    """Put the image on the node, if the node does not hold it under this name."""
    if name in cluster.images():
        return
    started = time.monotonic()
    cluster.load_image(archive)
    say(f"loaded {name} in {time.monotonic() - started:.0f} s")


def find_archive(image: str) -> Path:
    """The archive at this path, or of the image of this name."""
    if Path(image).is_file():
        return Path(image)
    for known in DATABASE_IMAGES:
        if known.name == image:
            return known.ensure_built()
    raise CommandError(f"there is neither an archive nor an image {image!r}; images: {[i.name for i in DATABASE_IMAGES]}")
