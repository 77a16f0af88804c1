"""/healthz, /readyz and /metrics.

Liveness is the process's own: the watch loop turns and no worker is stuck. It stays well while the API server is away,
since a restart would mend nothing. Readiness is the world's: everything has been seen once and the API server answers.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from schemachange_operator.api.vocabulary import Phase
from schemachange_operator.controller import metrics
from schemachange_operator.controller.cache import Cache
from schemachange_operator.controller.election import Election
from schemachange_operator.controller.queue import WorkQueue
from schemachange_operator.controller.workers import Workers

LOOP_SILENT = 60.0
"""Seconds without a turn of the watch loop that count as stuck."""
WORKER_SILENT = 600.0
"""Seconds of one pass that count as stuck: every call in it has a timeout of its own."""
API_SILENT = 30.0
"""Seconds without an answer of the API server after which this replica is not ready."""

Answer = tuple[int, str, bytes]

log = logging.getLogger(__name__)


@dataclass
class Health:
    """What the probes ask."""

    clock: Callable[[], float]
    workers: Workers
    election: Election
    queue: WorkQueue
    cache: Cache
    loop_beat: float = field(default=float("inf"))
    """When the watch loop last turned; infinite before it begins."""
    synced: bool = False
    """Whether everything has been seen once."""

    def faults(self) -> list[str]:
        """Why this process should be restarted; empty when all is well."""
        now = self.clock()
        found = [f"worker {name} is stuck" for name, beat in list(self.workers.beats.items()) if now - beat > WORKER_SILENT]
        if now - self.loop_beat > LOOP_SILENT:
            found.append("the watch loop is stuck")
        return found

    def obstacles(self) -> list[str]:
        """Why this replica is not ready; empty when it is."""
        found = [] if self.synced else ["not everything has been seen yet"]
        if self.clock() - self.election.last_contact > API_SILENT:
            found.append("the API server does not answer")
        return found

    def answer(self, path: str) -> Answer:
        """The answer to one request."""
        match path:
            case "/healthz":
                return _verdict(self.faults())
            case "/readyz":
                return _verdict(self.obstacles())
            case "/metrics":
                self._measure()
                return 200, CONTENT_TYPE_LATEST, generate_latest(metrics.REGISTRY)
            case _:
                return 404, "text/plain", b"not found\n"

    def _measure(self) -> None:
        metrics.QUEUE_DEPTH.set(self.queue.depth())
        metrics.QUEUE_OLDEST.set(self.queue.oldest())
        metrics.LEADER.set(self.election.leads())
        phases = self.cache.phases()
        for phase in Phase:
            metrics.CHANGES.labels(phase.value).set(phases[phase.value])
        metrics.DATA_AT_RISK.clear()
        for one in self.cache.at_risk():
            metrics.DATA_AT_RISK.labels(one.namespace, one.name, "/".join(one.database)).set(1)


def _verdict(faults: Iterable[str]) -> Answer:
    text = "; ".join(faults)
    return (503 if text else 200), "text/plain", f"{text or 'ok'}\n".encode()


def serve(health: Health, port: int) -> ThreadingHTTPServer:
    """Answer probes in threads of their own until `shutdown` of the server that is returned."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            status, kind, body = health.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Probes are not worth a line."""

    server = ThreadingHTTPServer(("", port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
