"""The way to the demo's server is made again when the server, its pod or the tunnel was gone."""

from types import TracebackType
from typing import Any

import psycopg
import pytest
from psycopg import errors

from playground import server
from playground.kubectl import Kubectl
from playground.server import Server, gone
from playground.tunnel import NoTunnel

GONE: list[tuple[Exception, bool]] = [
    (psycopg.OperationalError("connection failed: Connection refused"), True),
    (psycopg.OperationalError("server closed the connection unexpectedly"), True),
    (psycopg.OperationalError("FATAL:  the database system is starting up"), True),
    (errors.AdminShutdown("terminating connection"), True),
    (errors.CrashShutdown("terminating connection because of crash"), True),
    (NoTunnel("no tunnel: error: unable to forward port because pod is not running"), True),
    (psycopg.OperationalError('FATAL:  database "shop" does not exist'), False),
    (errors.UndefinedTable("no such table"), False),
    (errors.DiskFull("no room"), False),
]


@pytest.mark.parametrize(("error", "expected"), GONE, ids=[str(error) for error, _ in GONE])
def test_what_is_asked_again_and_what_is_an_answer(error: Exception, expected: bool) -> None:
    assert gone(error) is expected


class Connection:
    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        pass

    def execute(self, _: str) -> "Connection":
        return self

    def fetchone(self) -> Any:
        row = self._rows.pop(0)
        if isinstance(row, Exception):
            raise row
        return row


@pytest.fixture
def tunnels(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    made: list[str] = []

    class Tunnel:
        port = 1

        def __init__(self, *_: object) -> None:
            made.append("made")

        def __enter__(self) -> "Tunnel":
            return self

        def close(self) -> None:
            made.append("closed")

    monkeypatch.setattr(server, "Tunnel", Tunnel)
    monkeypatch.setattr(server, "BETWEEN_LOOKS", 0.0)
    monkeypatch.setattr(Server, "_password", "secret")
    return made


def answering(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> None:
    """What psycopg.connect gives, one after the other."""
    left = list(answers)

    def connect(**_: Any) -> Any:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(psycopg, "connect", connect)


def asked(kubectl: Kubectl | None = None) -> Any:
    with Server(kubectl, "postgres") as reached:  # type: ignore[arg-type]
        return reached.ask("shop", "SELECT 1")


def test_the_tunnel_is_made_again(tunnels: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, GONE[0][0], GONE[2][0], Connection([{"one": 1}]))
    assert asked() == 1
    assert tunnels == ["made", "closed"] * 3


def test_a_question_that_the_server_died_over_is_asked_again(tunnels: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, Connection([GONE[4][0]]), Connection([{"one": 1}]))
    assert asked() == 1


def test_an_error_that_is_an_answer_is_told(tunnels: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, Connection([errors.UndefinedTable("no such table")]))
    with pytest.raises(errors.UndefinedTable):
        asked()
    answering(monkeypatch, GONE[6][0])
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        asked()
