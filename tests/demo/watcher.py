"""Looks at all changes of the shop once a second and tells what has changed."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from playground.kubectl import Kubectl, KubectlError
from playground.shop import Shop

MESSAGE_SHOWN = 110


class Watcher:
    """A thread; `seen` has the last status of each change, also of those that are gone."""

    def __init__(self, shop: Shop, tell: Callable[[str], None]) -> None:
        self._shop, self._tell = shop, tell
        self._stop = threading.Event()
        self._told: dict[str, str] = {}
        self._kubectl = replace(shop.kubectl, patience=0.0)
        self._blind = False
        self.seen: dict[str, dict[str, Any]] = {}
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)
        self.look(self._shop.kubectl)

    def _run(self) -> None:
        while not self._stop.wait(1):
            self.look(self._kubectl)

    def look(self, kubectl: Kubectl) -> None:
        """One look; an API server that does not answer is told once, and once that it is back."""
        try:
            changes = kubectl.list("schg", self._shop.namespace)
        except KubectlError as error:
            if not self._blind:
                self._tell(f"  (no look at the changes: {str(error).splitlines()[0][:MESSAGE_SHOWN]})")
            self._blind = True
            return
        if self._blind:
            self._tell("  (the API server answers again)")
        self._blind = False
        for change in changes:
            self._look(change["metadata"]["name"], change.get("status", {}))

    def _look(self, name: str, status: dict[str, Any]) -> None:
        if not status.get("phase"):
            return
        self.seen[name] = status
        told = [
            step["progress"]["text"]
            for step in status.get("steps", [])
            if step["state"] == "Running" and step.get("progress")
        ]
        progress = told[0] if told and status["phase"] == "Backfilling" else ""
        where = f"{status['phase']} {status.get('step', '')}".strip()
        line = f"{name:24} {where:22} {progress or status.get('message', '')[:MESSAGE_SHOWN]}"
        if self._told.get(name) != line:
            self._told[name] = line
            self._tell(f"  {line}")


def phases_and_times(status: dict[str, Any]) -> str:
    """`Planning 9 s, Applying 4 s, …` of a status."""
    told = []
    for record in status.get("history", []):
        if record.get("startedAt") and record.get("endedAt") and record["phase"] not in ("Completed", "Aborted"):
            seconds = (
                datetime.fromisoformat(record["endedAt"]) - datetime.fromisoformat(record["startedAt"])
            ).total_seconds()
            told.append(f"{record['phase']}{' ' + record['step'] if record.get('step') else ''} {seconds:.0f} s")
    return ", ".join(told)
