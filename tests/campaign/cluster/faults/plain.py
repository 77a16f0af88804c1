"""What most faults have in common: nothing to prepare, nothing to mend."""

from collections.abc import Mapping

from campaign.cluster.stage import Stage, Victim


class Plain:
    """A fault that is over as soon as it has struck."""

    whole = False
    at_a_phase = True
    loses_writes = False
    spec: Mapping[str, object] = {}

    def prepare(self, stage: Stage, victims: list[Victim]) -> None:
        """Nothing."""

    def mend(self, stage: Stage, victims: list[Victim]) -> None:
        """Nothing."""
