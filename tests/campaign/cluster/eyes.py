"""One look at all changes for everybody who waits for one of them: each kubectl costs more than what it asks."""

import json
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from playground.kubectl import Kubectl, KubectlError, Manifest

BETWEEN = 0.4
"""Seconds."""


class Eyes:
    """A thread that keeps looking; what it saw last stays while nobody answers."""

    def __init__(self, kubectl: Kubectl) -> None:
        self._kubectl = kubectl
        self._seen: dict[str, Manifest] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="eyes", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def change(self, namespace: str) -> Manifest:
        """The change of a namespace as it was seen last; empty before the first look."""
        return self._seen.get(namespace, {})

    def _run(self) -> None:
        while not self._stop.wait(BETWEEN):
            with suppress(KubectlError):
                found = json.loads(self._kubectl.run("get", "schg", "-A", "-o", "json"))["items"]
                self._seen = {change["metadata"]["namespace"]: change for change in found}
