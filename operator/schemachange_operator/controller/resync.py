"""A look at everything from time to time: watches lose deletions, and Jobs outlive changes."""

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schemachange_operator.api.vocabulary import Phase
from schemachange_operator.controller.cache import Cache
from schemachange_operator.controller.queue import WorkQueue
from schemachange_operator.core.world import TOUCHING
from schemachange_operator.kube import labels
from schemachange_operator.kube.client import Client
from schemachange_operator.kube.errors import ApiError, NotFound
from schemachange_operator.kube.jobs import EXPIRY
from schemachange_operator.kube.parsing import sibling
from schemachange_operator.kube.resources import CONFIG_MAPS, JOBS, SCHEMA_CHANGES, Resource

Json = dict[str, Any]

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Resync:
    """Lists everything, wakes everything, and clears what nobody needs."""

    client: Client
    cache: Cache
    queue: WorkQueue
    leads: Callable[[], bool]
    synced: Callable[[], None]
    chance: random.Random

    def run(self, stop: threading.Event, seconds: float) -> None:
        """Look at once, then from time to time; after a failure soon again, as long as it takes."""
        failures = 0
        while not stop.is_set():
            try:
                self.look()
                failures, pause = 0, seconds
            except ApiError as error:
                failures += 1
                pause = min(FIRST_PAUSE * 2.0 ** min(failures - 1, 10), LONGEST_PAUSE)
                log.warning("a resync failed", extra={"error": error.message})
            stop.wait(pause * self.chance.uniform(0.8, 1.2))

    def look(self) -> None:
        """One look at everything. Raises ApiError."""
        # What belongs to changes is listed before the changes: whatever is seen here had its change before.
        jobs = self.client.list_all(JOBS, label_selector=labels.SELECTOR)
        config_maps = self.client.list_all(CONFIG_MAPS, label_selector=labels.SELECTOR)
        changes = self.client.list_all(SCHEMA_CHANGES)
        for change in changes:
            self.cache.put(sibling(change))
        keys = {(change["metadata"]["namespace"], change["metadata"]["name"]) for change in changes}
        for key in keys | self.cache.keep_only(keys):
            self.queue.add(key)
        self.synced()
        if self.leads():
            self._clear({change["metadata"]["uid"] for change in changes}, jobs, config_maps)
            self._expire({change["metadata"]["uid"] for change in changes if _has_ended(change)}, jobs)

    def _clear(self, alive: set[str], jobs: list[Json], config_maps: list[Json]) -> None:
        """Jobs of changes that are gone, except those that may be at work on a target; then the ConfigMaps."""
        kept = set(alive)
        for job in jobs:
            if _uid(job) not in alive:
                if _at_work_on_target(job):
                    kept.add(_uid(job))
                else:
                    self._delete(JOBS, job)
        for config_map in config_maps:
            # What people read has its change as owner, and goes by itself.
            if _uid(config_map) not in kept and not config_map["metadata"].get("ownerReferences"):
                self._delete(CONFIG_MAPS, config_map)

    def _expire(self, ended: set[str], jobs: list[Json]) -> None:
        """Jobs of changes that have come to their end."""
        for job in jobs:
            if _uid(job) in ended and _finished(job) and "ttlSecondsAfterFinished" not in job["spec"]:
                metadata = job["metadata"]
                try:
                    self.client.merge_patch(JOBS, metadata["name"], metadata["namespace"], EXPIRY)
                except NotFound:
                    continue

    def _delete(self, resource: Resource, body: Json) -> None:
        metadata = body["metadata"]
        log.info("clearing what no change needs", extra={"resource": resource.plural, "object": metadata["name"]})
        try:
            self.client.delete(resource, metadata["name"], metadata["namespace"])
        except NotFound:
            return


def _uid(body: Json) -> str:
    return str(body["metadata"]["labels"][labels.CHANGE_UID])


def _has_ended(change: Json) -> bool:
    return change.get("status", {}).get("phase") in (Phase.COMPLETED, Phase.ABORTED)


def _finished(job: Json) -> bool:
    final = {c["type"] for c in job.get("status", {}).get("conditions", []) if c["status"] == "True"}
    return bool(final & {"Complete", "Failed"})


def _at_work_on_target(job: Json) -> bool:
    return job["metadata"]["labels"].get(labels.TASK) in set(TOUCHING) and not _finished(job)
