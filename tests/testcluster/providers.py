"""Which provider this machine's cluster comes from."""

import os
from collections.abc import Callable

from testcluster.cluster import Cluster
from testcluster.kind import KindCluster, docker_runs, kind_is_there
from testcluster.local import LocalCluster
from testcluster.shell import CommandError

PROVIDERS = ("kind", "local")


def choose_provider(asked: str | None, *, docker_runs: Callable[[], bool], kind_is_there: Callable[[], bool]) -> str:
    """The provider's name: the one asked for, else kind where it can run, else the local one."""
    if asked:
        if asked not in PROVIDERS:
            raise CommandError(f"SCHEMACHANGE_CLUSTER is {asked!r}, expected one of: {', '.join(PROVIDERS)}")
        return asked
    return "kind" if kind_is_there() and docker_runs() else "local"


def current_cluster() -> Cluster:
    """The cluster of this machine."""
    asked = os.environ.get("SCHEMACHANGE_CLUSTER")
    provider = choose_provider(asked, docker_runs=docker_runs, kind_is_there=kind_is_there)
    return KindCluster() if provider == "kind" else LocalCluster()
