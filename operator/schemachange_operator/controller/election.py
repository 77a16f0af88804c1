"""Which replica acts: a Lease, as client-go's election uses it, with a bound on everything.

Nothing that is safe rests on it: Jobs have deterministic names, status is written with its version, the target has its
lock and ledger. It keeps two replicas from doing the same work twice. A replica that has not renewed in time stops
acting by its own clock (`leads`, which the client asks before every write) and stands by again; it does not exit, since
an API server that is away would otherwise restart every replica.
"""

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from schemachange_operator.kube.errors import AlreadyExists, ApiError, Conflict

Json = dict[str, Any]

log = logging.getLogger(__name__)


class Leases(Protocol):
    """Where the Lease is. Every method raises ApiError, and returns within the renewal's time."""

    def read(self) -> Json | None:
        """The Lease, or None."""
        ...

    def create(self, spec: Json) -> Json:
        """Make it; AlreadyExists when somebody was faster."""
        ...

    def update(self, lease: Json) -> Json:
        """Write it; Conflict when somebody was faster."""
        ...


@dataclass(frozen=True)
class Durations:
    """Seconds, as in client-go's defaults."""

    lease: float = 15.0
    """How long others let a silent holder be."""
    renew: float = 10.0
    """How long a holder acts after its last renewal: shorter, so that there is a gap between two holders."""
    retry: float = 2.0
    """Between two tries."""


@dataclass
class Election:
    """One replica's part in the election."""

    leases: Leases
    identity: str
    clock: Callable[[], float]
    """Monotonic seconds: the wall clocks of two nodes are never compared."""
    wall_clock: Callable[[], datetime]
    """For the times written into the Lease, which are for people."""
    chance: random.Random
    durations: Durations = field(default_factory=Durations)
    _acts_until: float = float("-inf")
    _seen: tuple[str, str] = ("", "")
    """Holder and renewal time, as last read."""
    _seen_at: float = 0.0
    """When that was first read."""
    last_contact: float = float("-inf")
    """When the API server last answered."""

    def leads(self) -> bool:
        """Whether this replica may act now."""
        return self.clock() < self._acts_until

    def run(self, stop: threading.Event, gained: Callable[[], None]) -> None:
        """Try until stopped, then let the Lease go."""
        led = False
        while not stop.is_set():
            self.attempt()
            if self.leads() and not led:
                log.info("this replica leads", extra={"identity": self.identity})
                gained()
            elif led and not self.leads():
                log.warning("this replica does not lead any more", extra={"identity": self.identity})
            led = self.leads()
            stop.wait(self.durations.retry * self.chance.uniform(0.8, 1.2))
        self.release()

    def attempt(self) -> None:
        """Take or renew the Lease once, if it can be had."""
        began = self.clock()
        try:
            lease = self.leases.read()
            self.last_contact = self.clock()
            if lease is None:
                self.leases.create(self._record(None))
            elif self._mine(lease) or self._expired(lease):
                self.leases.update({**lease, "spec": self._record(lease["spec"])})
            else:
                self._acts_until = float("-inf")
                return
        except (Conflict, AlreadyExists):
            return
        except ApiError as error:
            log.warning("the Lease could not be renewed", extra={"error": error.message})
            return
        # Counted from before the call: the others may have read it as soon as it was sent.
        self._acts_until = began + self.durations.renew

    def release(self) -> None:
        """Let the Lease go, so that another replica need not wait for it to run out."""
        if not self.leads():
            return
        self._acts_until = float("-inf")
        try:
            lease = self.leases.read()
            if lease is not None and self._mine(lease):
                spec = {**self._record(lease["spec"]), "holderIdentity": "", "leaseDurationSeconds": 1}
                self.leases.update({**lease, "spec": spec})
        except ApiError as error:
            log.warning("the Lease could not be released", extra={"error": error.message})

    def _mine(self, lease: Json) -> bool:
        return bool(lease["spec"].get("holderIdentity") == self.identity)

    def _expired(self, lease: Json) -> bool:
        """Whether the holder has been silent for long, as this replica saw it."""
        spec = lease["spec"]
        seen = (spec.get("holderIdentity") or "", spec.get("renewTime") or "")
        if not seen[0]:
            return True
        if seen != self._seen:
            self._seen, self._seen_at = seen, self.clock()
        return self.clock() - self._seen_at >= float(spec.get("leaseDurationSeconds") or self.durations.lease)

    def _record(self, before: Json | None) -> Json:
        now = self.wall_clock().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        known = before or {}
        same = known.get("holderIdentity") == self.identity
        return {
            "holderIdentity": self.identity,
            "leaseDurationSeconds": int(self.durations.lease),
            "acquireTime": known.get("acquireTime", now) if same else now,
            "renewTime": now,
            "leaseTransitions": int(known.get("leaseTransitions") or 0) + (0 if same or before is None else 1),
        }
