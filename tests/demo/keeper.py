"""Starts again what somebody kills of the cluster itself, as systemd does on a node."""

import threading
from collections.abc import Callable

from testcluster.cluster import Cluster
from testcluster.shell import CommandError

BETWEEN_LOOKS = 10.0
"""Seconds; for about so long the cluster is without what was killed."""


class Keeper:
    """A thread that looks after the cluster's own processes."""

    def __init__(self, cluster: Cluster, tell: Callable[[str], None], seconds: float = BETWEEN_LOOKS) -> None:
        self._cluster, self._tell, self._seconds = cluster, tell, seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Keeper":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            self.look()

    def look(self) -> None:
        """One look; what cannot be started now is tried again at the next."""
        try:
            started = self._cluster.start_dead()
        except (CommandError, OSError) as error:
            self._tell(f"  (the cluster's processes could not be looked after: {error})")
            return
        for name in started:
            self._tell(f"  ({name} was gone; it is started again, as on any node)")
