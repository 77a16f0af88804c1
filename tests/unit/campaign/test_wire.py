"""Requests are told apart however their bytes arrive."""

import socket
import struct
import threading

import pytest

from campaign import wire


def message(kind: str, payload: bytes) -> bytes:
    return kind.encode() + struct.pack("!I", len(payload) + 4) + payload


WHOLE = message("Q", b"SELECT 1\0") + message("P", b"name\0SELECT 2\0\0\0") + message("S", b"")


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_messages_are_cut_where_they_end(size: int) -> None:
    near, far = socket.socketpair()

    def send() -> None:
        for at in range(0, len(WHOLE), size):
            far.sendall(WHOLE[at : at + size])
        far.close()

    sender = threading.Thread(target=send)
    sender.start()
    with near:
        found = list(wire.messages(near))
    sender.join()
    assert [one.kind for one in found] == ["Q", "P", "S"]
    assert [one.text for one in found[:2]] == ["SELECT 1", "SELECT 2"]
    assert b"".join(one.whole for one in found) == WHOLE


def test_a_connection_begins_with_a_code() -> None:
    near, far = socket.socketpair()
    with near, far:
        far.sendall(struct.pack("!II", 8, wire.SSL))
        assert wire.startup(near) == (wire.SSL, struct.pack("!II", 8, wire.SSL))
        far.sendall(b"\0\0")
        far.close()
        with pytest.raises(wire.Gone):
            wire.startup(near)
