"""The clock of the runner's node jumps by hours, forward or back, while it works."""

from campaign.faults.fault import Fault
from campaign.proxy import Link
from campaign.stage import Stage

HOURS = (-24, -1, 1, 24, 24 * 400)


def jump(stage: Stage, _: Link | None) -> None:
    """From now on for all runners of this change."""
    (stage.root / "clock").write_text(str(stage.chance.choice(HOURS) * 3600))


FAULTS = {"clock-jump": Fault(jump)}
