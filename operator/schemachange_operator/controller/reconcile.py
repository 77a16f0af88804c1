"""One pass over one change: observe, record, decide, write, act. Level-based: it needs no memory of the pass before."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import SchemaChangeStatus
from schemachange_operator.controller.cache import Cache
from schemachange_operator.controller.queue import Key
from schemachange_operator.core.announcements import Announcement, announcements
from schemachange_operator.core.decide import decide
from schemachange_operator.core.evidence import record
from schemachange_operator.core.outcome import Decision, Effect
from schemachange_operator.core.status import make_status
from schemachange_operator.core.world import World
from schemachange_operator.kube.act import BEFORE_STATUS, Actor
from schemachange_operator.kube.errors import Forbidden, Invalid
from schemachange_operator.kube.observe import Observer
from schemachange_operator.kube.parsing import shape_problem, sibling
from schemachange_operator.kube.recorder import Recorder
from schemachange_operator.kube.status import write_status

Json = dict[str, Any]

SHAPELESS_SECONDS = 300.0
"""Until the next look at a change without its shape."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reconciler:
    """Everything that a pass needs."""

    observer: Observer
    actor: Actor
    recorder: Recorder
    cache: Cache
    wake: Callable[[set[Key]], None]
    """Other changes that this one's news concern. The watch cannot tell them: it brings what the cache knows by then."""

    def reconcile(self, key: Key) -> float | None:
        """One pass. Answers the seconds until the next one without an event; None for no such need. Raises ApiError."""
        body = self.observer.change(*key)
        if body is None:
            self.wake(self.cache.remove(key))
            return None
        try:
            world = record(self.observer.world(body))
        except ValidationError as error:
            return self._without_shape(body, error)
        decision = decide(world)
        log.debug("decided", extra={"change": "/".join(key), "phase": decision.phase, "reason": decision.reason})
        before = SchemaChangeStatus.model_validate(body.get("status", {}))
        after = make_status(world, decision)
        body = self._act(decision, world, body, first=True)
        body = write_status(self.actor.client, body, after)
        self.wake(self.cache.put(sibling(body)))
        for announcement in announcements(before, after):
            self.recorder.record(body, announcement)
        self._act(decision, world, body, first=False)
        return decision.again_in

    def _act(self, decision: Decision, world: World, body: Json, *, first: bool) -> Json:
        """Effects that come before the status is written, or those that rest on it."""
        for effect in decision.effects:
            if isinstance(effect, BEFORE_STATUS) is first:
                body = self._one(effect, world, body)
        return body

    def _one(self, effect: Effect, world: World, body: Json) -> Json:
        log.info("acting", extra={"change": _name(body), "effect": repr(effect)})
        try:
            return self.actor.act(effect, world, body)
        except (Forbidden, Invalid) as error:
            # The cluster refuses (quota, pod security, a right): only a person can mend that, so a person is told.
            refusal = f"The cluster refuses {type(effect).__name__}: {error.message} Tried again with growing pauses."
            self.recorder.record(body, Announcement(Reason.INTERNAL_ERROR, refusal, warning=True))
            raise

    def _without_shape(self, body: Json, error: ValidationError) -> float:
        """The CRD of another version let it pass: nothing can be decided, and nothing is touched."""
        problem = shape_problem("SchemaChange", error)
        log.error("the object has not its shape", extra={"change": _name(body), "problem": problem.message})
        self.recorder.record(body, Announcement(Reason.OBJECT_INVALID, problem.sentence(), warning=True))
        return SHAPELESS_SECONDS


def _name(body: Json) -> str:
    return f"{body['metadata']['namespace']}/{body['metadata']['name']}"
