"""SIGKILL and SIGTERM of the runner."""

import signal

from campaign.faults.fault import Fault
from campaign.proxy import Link
from campaign.stage import Stage


def kill(stage: Stage, _: Link | None) -> None:
    """As the kernel does when memory is short, or as a node that dies."""
    if (current := stage.current) is not None:
        current.signal(signal.SIGKILL)


def terminate(stage: Stage, _: Link | None) -> None:
    """As Kubernetes asks a pod to end."""
    if (current := stage.current) is not None:
        current.signal(signal.SIGTERM)


FAULTS = {"sigkill": Fault(kill), "sigterm": Fault(terminate)}
