"""No fault: what is recorded here is where the others can hit."""

from campaign.faults.fault import Fault
from campaign.proxy import Link
from campaign.stage import Stage


def nothing(_: Stage, __: Link | None) -> None:
    """Nothing happens."""


FAULTS = {"none": Fault(nothing, places=(), at_times=False)}
