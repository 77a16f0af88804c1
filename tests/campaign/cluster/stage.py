"""What faults work on: the cluster, its two database servers, and the changes that are to be hit."""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from campaign.cluster.pair import Pair
from playground.kubectl import Kubectl, Manifest
from playground.shop import Shop
from testcluster.local.breaking import Breaking

CHANGE_UID = "schemachange.dev/change-uid"


@dataclass(frozen=True)
class Stage:
    """The cluster that everything is played on."""

    kubectl: Kubectl
    pair: Pair
    breaking: Breaking
    chance: random.Random = field(default_factory=random.Random)
    """For what was not foreseen by a scenario: which of several processes is hit."""

    def wait(self, seconds: float) -> None:
        """Let a fault last."""
        time.sleep(seconds)


@dataclass(frozen=True)
class Victim:
    """One change in its shop."""

    shop: Shop
    name: str
    uid: str

    def pods(self) -> list[Manifest]:
        """Pods of its Jobs that have not ended."""
        found = self.shop.kubectl.list("pods", self.shop.namespace, f"{CHANGE_UID}={self.uid}")
        return [pod for pod in found if pod["status"].get("phase") in ("Pending", "Running")]

    def containers(self) -> list[str]:
        """Ids of the containers of its Jobs that run, the sidecars' too."""
        return [identity for pod in self.pods() for identity in running_containers(pod)]


def running_containers(pod: Manifest) -> list[str]:
    """Ids of a pod's containers that run."""
    status = pod["status"]
    states = [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]
    return [state["containerID"] for state in states if "running" in state.get("state", {})]


class Fault(Protocol):
    """Something that goes wrong."""

    whole: bool
    """Whether it hits all changes of a wave at once."""
    at_a_phase: bool
    """Whether it is let happen when the change is in the scenario's phase; otherwise it waits by itself."""
    loses_writes: bool
    """Whether acknowledged writes go with it."""
    spec: Mapping[str, object]
    """What the changes of its wave say beside their own."""

    def prepare(self, stage: Stage, victims: list[Victim]) -> None:
        """What has to be in place before the changes begin."""

    def strike(self, stage: Stage, victim: Victim) -> str:
        """Let it happen; answers what it hit, empty when there was nothing to hit."""
        ...

    def mend(self, stage: Stage, victims: list[Victim]) -> None:
        """Put back what would not come back by itself, as an administrator would."""
