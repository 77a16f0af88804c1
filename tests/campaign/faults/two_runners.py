"""Two runners for the same work: at once, or one that was frozen and wakes up when it has been replaced."""

import signal

from campaign.faults.fault import Fault
from campaign.proxy import Link
from campaign.stage import Stage

LOCK = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = %s"
MY_DATABASE = "(SELECT oid FROM pg_database WHERE datname = current_database())"


def second(stage: Stage, _: Link | None) -> None:
    """Nobody knew that the first is still there."""
    stage.start_second()


def freeze(stage: Stage, _: Link | None) -> None:
    """It stands still, its lock is taken from it, another one is started; later it wakes up."""
    first = stage.current
    if first is None or first.command == "prove":
        return
    first.signal(signal.SIGSTOP)
    with stage.superuser() as session:
        session.execute(LOCK.replace("%s", MY_DATABASE))
    stage.start_second()
    stage.later(stage.chance.uniform(0.0, 1.5), lambda: first.signal(signal.SIGCONT))


FAULTS = {"two-runners": Fault(second), "frozen-runner": Fault(freeze)}
