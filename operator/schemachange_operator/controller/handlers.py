"""The only file that knows kopf: watches become keys in the queue, and nothing else is done here.

kopf logs errors of these handlers and goes on without trying again, so they must not be able to fail; they write
nothing, so kopf leaves neither annotations nor finalizers on objects.
"""

import logging
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import kopf

from schemachange_operator.api.base import GROUP, VERSION
from schemachange_operator.controller.cache import Cache
from schemachange_operator.controller.queue import Key, WorkQueue
from schemachange_operator.kube import labels
from schemachange_operator.kube.parsing import sibling

LONGEST_PAUSE = 30.0

Event = Mapping[str, Any]


class EndlessBackoff:
    """Pauses between tries, growing, jittered, without an end: an API server that is away is waited for."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def __iter__(self) -> Iterator[float]:
        pause = 1.0
        while True:
            yield pause * self._chance.uniform(0.5, 1.0)
            pause = min(pause * 1.6, LONGEST_PAUSE)


def watch_settings(chance: random.Random) -> kopf.OperatorSettings:
    """kopf as a watch engine alone."""
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False
    settings.scanning.disabled = True
    settings.peering.standalone = True
    settings.watching.chunk_size = 500
    settings.watching.server_timeout = 300
    settings.watching.label_selectors["batch", "v1", "jobs"] = labels.SELECTOR
    settings.networking.request_timeout = 30
    settings.networking.connect_timeout = 5
    settings.networking.error_backoffs = EndlessBackoff(chance)
    # Never used, since no handler here needs one; but never the default of another operator.
    settings.persistence.finalizer = f"{GROUP}/kopf"
    return settings


@dataclass(frozen=True)
class Intake:
    """From events to keys."""

    queue: WorkQueue
    cache: Cache

    def change(self, event: Event) -> None:
        """A change: itself, and whom its news concern."""
        body = event["object"]
        key = _key(body)
        concerned = self.cache.remove(key) if event["type"] == "DELETED" else self.cache.put(sibling(body))
        self._wake({key, *concerned})

    def database(self, event: Event) -> None:
        """A database: its changes."""
        self._wake(self.cache.of_database(*_key(event["object"])))

    def policy(self, event: Event) -> None:
        """A policy: all changes of databases that could name it."""
        self._wake(self.cache.of_databases_in(_key(event["object"])[0]))

    def approval(self, event: Event) -> None:
        """An approval: its change."""
        body = event["object"]
        self._wake({(_key(body)[0], body["spec"]["change"]["name"])})

    def job(self, event: Event) -> None:
        """A Job: the change that it says it is for. Whether it is, the pass finds out by the uid."""
        marks = event["object"]["metadata"].get("annotations", {})
        if labels.CHANGE_NAME in marks:
            self._wake({(marks[labels.CHANGE_NAMESPACE], marks[labels.CHANGE_NAME])})

    def _wake(self, keys: set[Key]) -> None:
        self.queue.add_all(keys)


def _key(body: Mapping[str, Any]) -> Key:
    return body["metadata"]["namespace"], body["metadata"]["name"]


def registry(intake: Intake, kubeconfig: str | None) -> kopf.OperatorRegistry:
    """What kopf is to watch."""
    made = kopf.OperatorRegistry()
    for plural, take in (
        ("schemachanges", intake.change),
        ("postgresdatabases", intake.database),
        ("schemapolicies", intake.policy),
        ("schemachangeapprovals", intake.approval),
    ):
        _on_event(made, (GROUP, VERSION, plural), take)
    _on_event(made, ("batch", "v1", "jobs"), intake.job)

    @kopf.on.login(registry=made)
    def login(**arguments: Any) -> Any:
        if kubeconfig:
            return kopf.login_with_kubeconfig(**arguments)
        return kopf.login_with_service_account(**arguments)

    return made


def _on_event(made: kopf.OperatorRegistry, resource: tuple[str, str, str], take: Any) -> None:
    @kopf.on.event(*resource, registry=made, id=resource[2])
    async def handler(event: Any, **_: Any) -> None:
        take(event)


def quieten() -> None:
    """kopf writes a line for every event that a handler has taken, and one about signals that main.py handles."""
    for name, level in (("kopf.objects", logging.WARNING), ("kopf._core.reactor.running", logging.ERROR)):
        logging.getLogger(name).setLevel(level)
