"""The application beside a backfill: pgbench at a fixed rate, and what each of its transactions felt.

pgbench counts a transaction's latency from when it was due, whatever became of those before, as the application's users do.
"""

import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from postgres.support.database import Database
from testcluster.postgres_binaries import find_server
from testcluster.shell import CommandError

NAME = "benchmark client"
SESSIONS = 4
SCRIPTS = {
    80: "SELECT note FROM orders WHERE id = :id;",
    15: "UPDATE orders SET total = total + 1 WHERE id = :id;",
    5: "INSERT INTO orders (customer_id, note, region) VALUES (:id, repeat('n', 120), 'x');",
}
"""Share of transactions in percent, and what they do."""


@dataclass(frozen=True)
class Felt:
    """One transaction: when it ended, by the wall clock, and how many seconds after it was due."""

    ended: float
    seconds: float


class Client:
    """The client while it runs; ends with the block."""

    def __init__(self, database: Database, rows: int, rate: int) -> None:
        self._database = database
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        program = find_server(database.server.major) / "pgbench"
        command: list[str | Path] = [
            program,
            "--no-vacuum",
            "-c",
            str(SESSIONS),
            "-j",
            "1",
            "-T",
            "36000",
            "--log",
            "-M",
            "prepared",
        ]
        command += ["--log-prefix", folder / "felt", *(["-R", str(rate)] if rate else [])]
        for weight, text in SCRIPTS.items():
            script = folder / f"{weight}.sql"
            script.write_text(f"\\set id random(1, {rows})\n{text}\n")
            command += ["-f", f"{script}@{weight}"]
        url = database.server.url(database.connection.database)
        self._process = subprocess.Popen(
            [*command, f"{url}?application_name={NAME.replace(' ', '%20')}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    def end(self) -> list[Felt]:
        """Everything it felt. Its sessions are ended, since pgbench writes its log to the end only where it ends by itself."""
        if self._process.poll() is not None:
            raise CommandError(f"pgbench ended early: {self._process.communicate()[1].decode()[-500:]}")
        until = time.monotonic() + 30
        while self._process.poll() is None and time.monotonic() < until:
            self._database.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [NAME]
            )
            time.sleep(0.05)
        felt = []
        for log in Path(self._folder.name).glob("felt.*"):
            for line in log.read_text().splitlines():
                fields = line.split()
                if len(fields) >= 6 and fields[2].isdigit():
                    felt.append(Felt(int(fields[4]) + int(fields[5]) / 1e6, int(fields[2]) / 1e6))
        return felt
