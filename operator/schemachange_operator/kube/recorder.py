"""Events, aggregated: one object for the same thing said of the same change, with a count."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from schemachange_operator.api.base import API_VERSION
from schemachange_operator.core.announcements import Announcement
from schemachange_operator.core.digest import digest, short
from schemachange_operator.kube.client import Client
from schemachange_operator.kube.errors import AlreadyExists, ApiError
from schemachange_operator.kube.labels import MANAGER
from schemachange_operator.kube.resources import EVENTS

Json = dict[str, Any]

MESSAGE_LIMIT = 1_024
"""Characters that the API server keeps of an Event's message."""
QUIET = timedelta(seconds=60)
"""The same thing is written at most once in this time."""
REMEMBERED = 2_000

log = logging.getLogger(__name__)


@dataclass
class Recorder:
    """Writes Events; never raises, since what it says stands in status already."""

    client: Client
    instance: str
    """This replica's name."""
    clock: Callable[[], datetime]
    _written: OrderedDict[str, datetime] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def record(self, change: Json, announcement: Announcement) -> None:
        """Say something of a change."""
        name = event_name(change, announcement)
        if not self._due(name):
            return
        try:
            self._write(change, announcement, name)
        except ApiError as error:
            log.warning("an Event could not be written", extra={"reason": announcement.reason, "error": error.message})

    def _due(self, name: str) -> bool:
        """Whether it has not been said just now."""
        now = self.clock()
        with self._lock:
            last = self._written.get(name)
            if last is not None and now - last < QUIET:
                return False
            self._written[name] = now
            self._written.move_to_end(name)
            while len(self._written) > REMEMBERED:
                self._written.popitem(last=False)
            return True

    def _write(self, change: Json, announcement: Announcement, name: str) -> None:
        now = self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
        namespace = change["metadata"]["namespace"]
        try:
            self.client.create(EVENTS, event(change, announcement, name, now, self.instance))
        except AlreadyExists:
            there = self.client.get(EVENTS, name, namespace)
            patch = {"count": there.get("count", 1) + 1, "lastTimestamp": now}
            self.client.merge_patch(EVENTS, name, namespace, patch)


def event_name(change: Json, announcement: Announcement) -> str:
    """The same for the same thing said of the same object."""
    metadata = change["metadata"]
    mark = digest([metadata["uid"], announcement.reason, announcement.message])
    return f"{metadata['name'][:200]}.{short(mark, 16)}"


def event(change: Json, announcement: Announcement, name: str, now: str, instance: str) -> Json:
    """The Event as the API server wants it."""
    metadata = change["metadata"]
    message = announcement.message
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": metadata["namespace"]},
        "involvedObject": {
            "apiVersion": API_VERSION,
            "kind": "SchemaChange",
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
        },
        "type": "Warning" if announcement.warning else "Normal",
        "reason": announcement.reason.value,
        "message": message if len(message) <= MESSAGE_LIMIT else message[: MESSAGE_LIMIT - 1] + "…",
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
        "source": {"component": MANAGER},
        "reportingComponent": MANAGER,
        "reportingInstance": instance,
    }
