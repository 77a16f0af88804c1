"""The command line: `PYTHONPATH=tests python -m testcluster COMMAND`."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable

from testcluster.cluster import Cluster
from testcluster.images import build_images, find_archive
from testcluster.local.debris import unmount_below
from testcluster.paths import SYSTEM_CACHE, cache_directory
from testcluster.postgres_binaries import install_servers
from testcluster.providers import current_cluster
from testcluster.shell import ADMINISTRATOR_PROGRAMS, CommandError, answer, become_root, say
from testcluster.users import add_user

Arguments = argparse.Namespace


def main() -> int:
    """Run one command; what it answers goes to standard output, progress and errors to standard error."""
    # An ordinary user's PATH leaves out the folders where nft, runc and their like are.
    os.environ["PATH"] = f"{os.environ.get('PATH', os.defpath)}:{ADMINISTRATOR_PROGRAMS}"
    arguments = _parser().parse_args()
    command: Callable[[Arguments], int | None] = arguments.command
    try:
        return command(arguments) or 0
    except CommandError as error:
        say(f"error: {error}")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m testcluster", description=sys.modules["testcluster"].__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(command: Callable[[Arguments], int | None]) -> argparse.ArgumentParser:
        name = command.__name__.strip("_").replace("_", "-")
        text = command.__doc__
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(command=command)
        return added

    for plain in (_up, _down, _status, _kubeconfig, _install_servers, _clean):
        add(plain)
    add(_build_images).add_argument("names", nargs="*", help="which ones; without it, all")
    add(_kubectl).add_argument("words", nargs="*", help="what kubectl is to do; without it, its path is printed")
    add(_load_image).add_argument("image", help="an archive, or the name of an image that build-images makes")
    user = add(_user)
    user.add_argument("name", help="the user's name, the certificate's common name")
    user.add_argument("groups", nargs="*", help="the user's groups, the certificate's organisations")
    return parser


def _cluster_as_root() -> Cluster:
    """The cluster, for what only root may do with it, if its provider is of that kind."""
    cluster = current_cluster()
    if cluster.needs_root:
        become_root()
    return cluster


def _up(_: Arguments) -> None:
    """Bring the cluster up; at once when it is up."""
    _cluster_as_root().up()


def _down(_: Arguments) -> None:
    """Take the cluster away, with its state and all it changed on the machine."""
    _cluster_as_root().down()


def _status(_: Arguments) -> int:
    """Print what runs and its health; the exit code is 0 when all is well."""
    status = _cluster_as_root().status()
    for name, healthy in status.items():
        answer(f"{name:24} {'healthy' if healthy else 'FAILED'}")
    if not status:
        answer("there is no cluster")
    return 0 if status and all(status.values()) else 1


def _kubeconfig(_: Arguments) -> None:
    """Print the path of the administrator's kubeconfig."""
    answer(str(current_cluster().kubeconfig()))


def _kubectl(arguments: Arguments) -> int:
    """Run kubectl as the administrator: kubectl -- get nodes."""
    cluster = current_cluster()
    if not arguments.words:
        answer(str(cluster.kubectl()))
        return 0
    command = [cluster.kubectl(), f"--kubeconfig={cluster.kubeconfig()}", *arguments.words]
    return subprocess.run(command, check=False).returncode


def _build_images(arguments: Arguments) -> None:
    """Build the images whose inputs have changed, and load them if the cluster is up."""
    # mmdebstrap and the builders that need no engine are for root.
    become_root()
    build_images(current_cluster(), arguments.names)


def _load_image(arguments: Arguments) -> None:
    """Put an image on the node."""
    _cluster_as_root().load_image(find_archive(arguments.image))


def _install_servers(_: Arguments) -> None:
    """Install the Postgres servers for tests that need no cluster; print each major with the folder of its programs."""
    for major, programs in install_servers().items():
        answer(f"{major} {programs}")


def _clean(_: Arguments) -> None:
    """Take the cluster away and delete all caches: what these commands have put on the machine, but for its packages."""
    become_root()
    current_cluster().down()
    for folder in (cache_directory(), SYSTEM_CACHE):
        unmount_below([folder])
        shutil.rmtree(folder, ignore_errors=True)


def _user(arguments: Arguments) -> None:
    """Write a kubeconfig for a person, with a client certificate that the cluster signs; print its path."""
    answer(str(add_user(current_cluster(), arguments.name, arguments.groups)))


if __name__ == "__main__":
    sys.exit(main())
