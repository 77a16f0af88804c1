"""The application: a program of its own that reads and writes at a fixed rate and notes how late each answer came.

Open loop: a request is due whatever became of those before, and its latency counts from when it was due. So one stall is
felt by every request that should have been made meanwhile, as the application's users feel it.
"""

import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import Self

import psycopg

RATE = 100
"""Requests a second."""
STATEMENTS = (
    "SELECT note FROM orders WHERE id = 1 + (random() * 9999)::int",
    "UPDATE orders SET note = 'y' WHERE id = 1 + (random() * 9999)::int",
)


@dataclass(frozen=True)
class Felt:
    """When a request was due, on the machine's monotonic clock, and after how many seconds its answer was there."""

    due: float
    seconds: float


class Client:
    """The client while it runs."""

    def __init__(self, url: str) -> None:
        command = [sys.executable, "-m", "benchmarks.lock_client", url]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def end(self) -> list[Felt]:
        """Let it finish; everything it felt."""
        text, _ = self._process.communicate("", timeout=60)
        return [Felt(due, seconds) for due, seconds in json.loads(text)]


def main(url: str) -> None:
    """Work until standard input ends."""
    ended = threading.Thread(target=sys.stdin.read, daemon=True)
    ended.start()
    felt = []
    with psycopg.connect(url, autocommit=True, application_name="shop") as session:
        begin, number = time.monotonic(), 0
        while ended.is_alive():
            due = begin + number / RATE
            time.sleep(max(due - time.monotonic(), 0))
            session.execute(STATEMENTS[number % 2])
            felt.append((due, time.monotonic() - due))
            number += 1
    sys.stdout.write(json.dumps(felt))


if __name__ == "__main__":
    main(sys.argv[1])
