"""As much of PostgreSQL's wire protocol as a proxy needs to tell one request from the next."""

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

CANCEL, SSL, GSS = 80877102, 80877103, 80877104
CONNECT = "connect"
"""The text of the request that a connection begins with."""


class Gone(Exception):
    """The other side has closed the connection."""


@dataclass(frozen=True)
class Message:
    """One message, with its bytes as they came."""

    kind: str
    whole: bytes

    @property
    def payload(self) -> bytes:
        """What follows kind and length."""
        return self.whole[5:]

    @property
    def text(self) -> str:
        """The SQL of a Query or a Parse."""
        parts = self.payload.split(b"\0")
        return parts[0 if self.kind == "Q" else 1].decode(errors="replace")


def startup(connection: socket.socket) -> tuple[int, bytes]:
    """The first packet of a connection: its code and its bytes."""
    length = _exactly(connection, 4)
    rest = _exactly(connection, struct.unpack("!I", length)[0] - 4)
    return struct.unpack("!I", rest[:4])[0], length + rest


def messages(connection: socket.socket) -> Iterator[Message]:
    """Messages until the other side is gone."""
    buffer = bytearray()
    while True:
        while len(buffer) >= 5 and len(buffer) > (length := struct.unpack_from("!I", buffer, 1)[0]):
            whole = bytes(buffer[: length + 1])
            del buffer[: length + 1]
            yield Message(chr(whole[0]), whole)
        try:
            data = connection.recv(65536)
        except OSError:
            data = b""
        if not data:
            return
        buffer += data


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        try:
            more = connection.recv(count - len(data))
        except OSError:
            more = b""
        if not more:
            raise Gone
        data += more
    return data
