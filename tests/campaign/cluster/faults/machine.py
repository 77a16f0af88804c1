"""The node's own processes die, or the API server is away for a while."""

from campaign.cluster.faults.plain import Plain
from campaign.cluster.stage import Stage, Victim


class Restarted(Plain):
    """SIGKILL of a process of the node, which is then begun again."""

    whole = True

    def __init__(self, name: str) -> None:
        self._name = name

    def strike(self, stage: Stage, victim: Victim) -> str:
        """Kill it, wait a moment, begin it again."""
        stage.breaking.kill(self._name)
        stage.wait(stage.chance.uniform(0.5, 5))
        stage.breaking.start(self._name)
        return self._name


class Away(Plain):
    """A process is killed and stays away."""

    whole = True

    def __init__(self, name: str, seconds: float) -> None:
        self._name = name
        self._seconds = seconds

    def strike(self, stage: Stage, victim: Victim) -> str:
        """Away, and back."""
        stage.breaking.kill(self._name)
        try:
            stage.wait(self._seconds)
        finally:
            stage.breaking.start(self._name)
        return f"{self._name}, away for {self._seconds:.0f} s"
