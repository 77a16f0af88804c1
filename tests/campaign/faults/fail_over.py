"""The primary dies and a streaming standby becomes the primary; an asynchronous one may lack what was acknowledged."""

from campaign.faults.fault import Fault
from campaign.proxy import Link
from campaign.stage import Stage


def fail_over(stage: Stage, _: Link | None) -> None:
    """The primary is killed, the standby promoted, and connections lead to it."""
    assert stage.standby is not None
    stage.server.kill()
    stage.database.superuser.close()
    stage.move_to(stage.standby.promote(stage.database))
    stage.client.replication_is_over()


def lag(stage: Stage, _: Link | None) -> None:
    """From now on the standby receives nothing."""
    assert stage.standby is not None
    stage.client.replication_ends()
    stage.standby.cut_off(stage.database)


FAULTS = {
    "failover-synchronous": Fault(fail_over, standby="synchronous", places=("before", "after"), at_times=False),
    "failover-asynchronous": Fault(
        fail_over, standby="asynchronous", places=("before", "after"), earlier=lag, at_times=False
    ),
}
