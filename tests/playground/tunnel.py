"""A way from this machine to a Service in the cluster, the same with every provider: kubectl port-forward."""

import re
import subprocess
import threading
from types import TracebackType

from playground.kubectl import Kubectl


class NoTunnel(AssertionError):
    """There is none: nobody listens at the other end, or the API server is away."""


class Tunnel:
    """Forwards a free local port to a Service; `port` is known once entered."""

    def __init__(self, kubectl: Kubectl, namespace: str, target: str, remote_port: int) -> None:
        self._command = [
            str(kubectl.program), f"--kubeconfig={kubectl.kubeconfig}", "port-forward", "-n", namespace, target, f":{remote_port}",
        ]  # fmt: skip
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def __enter__(self) -> "Tunnel":
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = re.search(r"127\.0\.0\.1:(\d+)", line)
        if not found:
            self.close()
            raise NoTunnel(f"no tunnel: {line}")
        self.port = int(found.group(1))
        # The pipe has to be emptied, or kubectl stops when it is full.
        threading.Thread(target=self._process.stdout.read, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the tunnel."""
        if self._process:
            self._process.terminate()
            self._process.wait(timeout=10)
