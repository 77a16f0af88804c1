"""Stands between runner and PostgreSQL, counts the requests, and lets somebody act before, during or after each of them."""

import contextlib
import ctypes
import re
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from campaign import wire

WATCHING = re.compile(r"WHERE NOT granted|pg_blocking_pids|pg_stat_progress|pg_try_advisory_lock|pg_terminate_backend")
"""Requests that are repeated for as long as something lasts: they are no boundaries, since their number is another each time."""
_C = ctypes.CDLL(None)
AT_ONCE = {"R", "G", "H", "W", "d"}
"""Answers that the client waits for in the middle of a request, or that are long."""


@dataclass(frozen=True)
class Request:
    """One request of the runner's."""

    number: int
    """Counted from 1 over all connections; 0 for one that does not count."""
    text: str


class Watcher(Protocol):
    """Is told of every request that counts, and may take its time."""

    def before(self, link: "Link", request: Request) -> None:
        """The request has come and is not passed on yet."""

    def during(self, link: "Link", request: Request) -> None:
        """It has been passed on."""

    def after(self, link: "Link", request: Request) -> None:
        """Its answer has come and is not passed on yet."""


class Link:
    """One connection of the runner's, and the proxy's own to the server."""

    def __init__(self, proxy: "Proxy", client: socket.socket) -> None:
        self._proxy, self._client = proxy, client
        self._server: socket.socket | None = None
        self._outstanding: deque[Request] = deque()
        self.backend = 0
        """The process at the server's end."""
        self.silent = False
        """Nothing is passed on any more, and neither side is told."""

    def run(self) -> None:
        """Pass on what the client says, until it is gone."""
        try:
            self._begin()
        except (wire.Gone, OSError):
            self._close(self._client)
            return
        if self._server is None:
            return
        threading.Thread(target=self._answers, name="answers", daemon=True).start()
        batch, text = b"", ""
        for message in wire.messages(self._client):
            batch += message.whole
            if message.kind in {"Q", "P"}:
                text = message.text
            if message.kind in {"Q", "S"}:
                self._request(text, batch)
                batch, text = b"", ""
            elif message.kind in {"p", "X", "d", "c", "f", "H"}:
                self._send(self._server, batch)
                batch = b""
        if not self.silent:
            self._close(self._server)

    def reset(self) -> None:
        """Cut both sides, as when the network answers for a host that is not there."""
        for side in (self._client, self._server):
            self._cut(side)

    def drop_client(self) -> None:
        """Cut the runner's side; the server learns nothing."""
        self.silent = True
        self._cut(self._client)

    def drop_server(self) -> None:
        """Cut the server's side: it has found out that its client is gone."""
        self._cut(self._server)

    def _begin(self) -> None:
        code, packet = wire.startup(self._client)
        while code in {wire.SSL, wire.GSS}:
            self._client.sendall(b"N")
            code, packet = wire.startup(self._client)
        if code == wire.CANCEL:
            with self._proxy.upstream() as server:
                server.sendall(packet)
                server.recv(1)
            self._close(self._client)
            return
        request = self._proxy.count(wire.CONNECT)
        self._proxy.watcher.before(self, request)
        self._server = self._proxy.upstream()
        self._outstanding.append(request)
        self._server.sendall(packet)

    def _request(self, text: str, batch: bytes) -> None:
        assert self._server is not None
        request = self._proxy.count(text)
        if request.number:
            self._proxy.watcher.before(self, request)
        self._outstanding.append(request)
        self._send(self._server, batch)
        if request.number:
            self._proxy.watcher.during(self, request)

    def _answers(self) -> None:
        assert self._server is not None
        held = b""
        for message in wire.messages(self._server):
            held += message.whole
            if message.kind == "K":
                self.backend = struct.unpack("!I", message.payload[:4])[0]
            if message.kind == "Z" and self._outstanding:
                request = self._outstanding.popleft()
                if request.number:
                    self._proxy.watcher.after(self, request)
            if message.kind == "Z" or message.kind in AT_ONCE or not self._outstanding:
                self._send(self._client, held)
                held = b""
        self._send(self._client, held)
        if not self.silent:
            self._close(self._client)

    def _send(self, side: socket.socket, data: bytes) -> None:
        if data and not self.silent:
            with contextlib.suppress(OSError):
                side.sendall(data)

    def _close(self, side: socket.socket | None) -> None:
        if side is not None:
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()

    def _cut(self, side: socket.socket | None) -> None:
        if side is not None and side.fileno() >= 0:
            # Connecting to "no address" is how Linux resets a connection at once, whoever is reading from it.
            _C.connect(side.fileno(), b"\0" * 16, 16)
        self._close(side)


class Proxy:
    """`with Proxy(port, watcher) as proxy:` the runner connects to `proxy.port`."""

    def __init__(self, port: int, watcher: Watcher) -> None:
        self.watcher = watcher
        self.links: list[Link] = []
        self._upstream = port
        self._numbers = 0
        self._counting = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._listen, name="proxy", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for link in self.links:
            link.reset()

    def lead_to(self, port: int) -> None:
        """Connections from now on go to another server, as with a Service after a failover."""
        self._upstream = port

    def upstream(self) -> socket.socket:
        """A connection to the server. Raises OSError where nobody answers."""
        connection = socket.create_connection(("127.0.0.1", self._upstream), timeout=5)
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def count(self, text: str) -> Request:
        """The next request; one that only watches has no number."""
        with self._counting:
            if WATCHING.search(text):
                return Request(0, text)
            self._numbers += 1
            return Request(self._numbers, text)

    def each(self, act: Callable[[Link], None]) -> None:
        """Do something to every connection there has been."""
        for link in list(self.links):
            act(link)

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link = Link(self, client)
            self.links.append(link)
            threading.Thread(target=link.run, name="requests", daemon=True).start()
