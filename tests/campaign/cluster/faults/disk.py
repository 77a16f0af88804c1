"""The disk of the backups is full; an administrator makes room, and asks for another try."""

from collections.abc import Mapping
from pathlib import Path

from campaign.cluster.faults.plain import Plain
from campaign.cluster.stage import Stage, Victim
from playground.patience import wait_for
from playground.shop import BACKUPS
from testcluster.shell import run

SMALL, LARGE = "16k", "256m"
OPEN_TO_ALL = "mode=1777"


class Full(Plain):
    """A backup finds no room."""

    at_a_phase = False
    spec: Mapping[str, object] = {"backup": {"scope": "Affected", "proveBy": "Restore", "always": True}}

    def prepare(self, stage: Stage, victims: list[Victim]) -> None:
        """A disk of 16 KiB."""
        for victim in victims:
            run(["mount", "-t", "tmpfs", "-o", f"size={SMALL},{OPEN_TO_ALL}", "backups", str(_folder(stage, victim))])

    def strike(self, stage: Stage, victim: Victim) -> str:
        """Wait until the change tells it, then make room and ask for another try, as its message says."""

        def told() -> str | None:
            status = victim.shop.status(victim.name)
            ended = status.get("reason") == "BackupFailed" or status.get("phase") == "Completed"
            return str(status["reason"]) if ended else None

        reason = wait_for("the full disk to be told", told, 240, lambda: victim.shop.describe(victim.name))
        assert reason == "BackupFailed", "the change was completed without room for its backup"
        run(["mount", "-o", f"remount,size={LARGE}", str(_folder(stage, victim))])
        victim.shop.kubectl.merge("schg", victim.name, victim.shop.namespace, {"spec": {"retry": "there is room"}})
        return "its backup: no room"

    def mend(self, stage: Stage, victims: list[Victim]) -> None:
        """The disk goes."""
        for victim in victims:
            run(["umount", "--lazy", str(_folder(stage, victim))], check=False)


def _folder(stage: Stage, victim: Victim) -> Path:
    def bound() -> str | None:
        claim = stage.kubectl.get("persistentvolumeclaim", BACKUPS, victim.shop.namespace)
        name: str | None = claim["spec"].get("volumeName")
        return name

    volume = stage.kubectl.get("persistentvolume", wait_for("the claim's volume", bound), "default")
    return Path(volume["spec"].get("local", volume["spec"].get("hostPath"))["path"])
