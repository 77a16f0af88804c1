"""The operator's process: put together, begun, ended."""

import asyncio
import logging
import random
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import kopf
from pydantic import ValidationError

from schemachange_operator.controller import handlers, health, json_logs, settings
from schemachange_operator.controller.cache import Cache
from schemachange_operator.controller.election import Durations, Election
from schemachange_operator.controller.queue import WorkQueue
from schemachange_operator.controller.reconcile import Reconciler
from schemachange_operator.controller.resync import Resync
from schemachange_operator.controller.settings import Settings
from schemachange_operator.controller.workers import Workers
from schemachange_operator.kube.act import Actor
from schemachange_operator.kube.client import Timeouts, connect
from schemachange_operator.kube.leases import LeaseStore
from schemachange_operator.kube.observe import Observer
from schemachange_operator.kube.own_image import OwnImage
from schemachange_operator.kube.recorder import Recorder

LEASE_TIMEOUTS = Timeouts(connect=2.0, read=3.0)
"""Two calls fit into the time in which a Lease has to be renewed."""
ENDING_SECONDS = 40.0
"""How long passes that run are waited for at the end; below the pod's grace period."""

log = logging.getLogger(__name__)


def main() -> int:
    """Run the operator until SIGTERM; the exit code. Raises SystemExit for wrong settings."""
    try:
        chosen = settings.load()
    except ValidationError as error:
        raise SystemExit(f"wrong settings: {error}") from error
    json_logs.configure(chosen.log_level)
    handlers.quieten()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Operator(chosen, stop).run()
    return 0


def utc_now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


class Operator:
    """All parts, and the threads that they run in."""

    def __init__(self, chosen: Settings, stop: threading.Event) -> None:
        chance = random.Random()  # noqa: S311 - jitter
        self._stop, self._settings, self._chance = stop, chosen, chance
        self.cache = Cache()
        self.queue = WorkQueue(time.monotonic, chance)
        leases = LeaseStore(connect(chosen.kubeconfig, timeouts=LEASE_TIMEOUTS), chosen.namespace)
        self.election = Election(leases, chosen.identity, time.monotonic, utc_now, chance, Durations())
        client = connect(chosen.kubeconfig, chosen.workers + 2, may_write=self.election.leads)
        self.image = OwnImage(client, chosen.namespace, chosen.identity, chosen.runner_image, chosen.image_pull_policy)
        reconciler = Reconciler(
            Observer(client, self.cache, utc_now),
            Actor(client, self.image),
            Recorder(client, chosen.identity, utc_now),
            self.cache,
            self.queue.add_all,
        )
        self.workers = Workers(self.queue, reconciler.reconcile, self.election.leads, time.monotonic)
        self.health = health.Health(time.monotonic, self.workers, self.election, self.queue, self.cache)
        self.resync = Resync(client, self.cache, self.queue, self.election.leads, self._synced, chance)

    def run(self) -> None:
        """Everything, until stopped: then the passes that run are brought to their end and the Lease is let go."""
        server = health.serve(self.health, self._settings.health_port)
        electing = threading.Event()
        election = self._thread("election", lambda: self.election.run(electing, lambda: None))
        others = [
            self._thread("resync", lambda: self.resync.run(self._stop, self._settings.resync_seconds)),
            *(self._thread(f"worker-{n}", lambda: self.workers.run(self._stop)) for n in range(self._settings.workers)),
        ]
        # In a thread of its own, since kopf in the main thread would take over the signals.
        watch = self._thread("watch", self._watch)
        self._stop.wait()
        log.info("ending")
        self.queue.close()
        for thread in (*others, watch):
            thread.join(ENDING_SECONDS)
        electing.set()
        election.join(ENDING_SECONDS)
        server.shutdown()
        log.info("ended")

    def _synced(self) -> None:
        self.health.synced = True

    def _thread(self, name: str, run: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        return thread

    def _watch(self) -> None:
        """kopf, begun again whenever it gives up; only after the first look, since it looks for the CRDs once."""
        pauses = iter(handlers.EndlessBackoff(self._chance))
        while not self._stop.is_set():
            if self.health.synced:
                try:
                    asyncio.run(self._kopf())
                except Exception:
                    log.exception("the watches ended; they are begun again")
            self._stop.wait(next(pauses) if self.health.synced else 0.2)

    async def _kopf(self) -> None:
        ending = asyncio.Event()
        beat = asyncio.create_task(self._beat(ending))
        try:
            await kopf.operator(
                registry=handlers.registry(handlers.Intake(self.queue, self.cache), self._settings.kubeconfig),
                settings=handlers.watch_settings(self._chance),
                standalone=True,
                clusterwide=True,
                stop_flag=ending,
            )
        finally:
            beat.cancel()
            self.health.loop_beat = float("inf")

    async def _beat(self, ending: asyncio.Event) -> None:
        """Shows that the loop turns, and passes on the wish to stop."""
        while not self._stop.is_set():
            self.health.loop_beat = time.monotonic()
            await asyncio.sleep(0.5)
        ending.set()
