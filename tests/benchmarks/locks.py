"""How long the application stalls while an ALTER TABLE runs behind a long transaction: psql, Flyway, this operator's runner.

One server, one table, one client at a fixed rate; only the program that migrates differs.
"""

import os
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from benchmarks.lock_client import RATE, Client, Felt
from benchmarks.lock_tools import FLYWAY, Start, add, flyway, psql, runner
from benchmarks.page import write_section
from postgres.support.database import Database, create_roles, fresh_database
from testcluster.postgres_binaries import NEWEST_MAJOR
from testcluster.servers import Server
from testcluster.shell import CommandError, say

BLOCKED = 30.0
"""Seconds of the transaction in the way."""
HEAD_START = 3.0
"""Seconds of it that are over when the migration starts."""
AFTER = 1.0
"""Seconds that count after the migration is done."""
PATIENCE = 60.0
"""Seconds after the blocker's end that a migration may take."""

Tool = Callable[[Database, str], AbstractContextManager[Start]]
TOOLS: dict[str, Tool] = {"psql": psql, f"Flyway {FLYWAY}": flyway, "this runner": runner}


@dataclass(frozen=True)
class Measured:
    """What one program did to the client."""

    before: float
    """The worst stall in the seconds before it starts: what the machine does by itself."""
    worst: float
    p99: float
    done: float
    """Seconds from the blocker's end until the column is there."""
    named: str
    """How the blocker was named while it was waited for."""


def measure(database: Database, tool: Tool, column: str, blocked: float) -> Measured:
    """One run."""
    url = database.server.url(database.connection.database)
    with tool(database, column) as start, Client(url) as client, database.another_superuser() as blocker:
        time.sleep(1)
        blocker.execute("BEGIN")
        blocker.execute("SELECT count(*) FROM orders")
        until = time.monotonic() + blocked
        time.sleep(HEAD_START)
        began, migration = time.monotonic(), start()
        time.sleep(max(until - time.monotonic(), 0))
        blocker.execute("COMMIT")
        freed = time.monotonic()
        done = _when_there(database, column, freed)
        time.sleep(AFTER)
        whole = client.end()
        before = max(one.seconds for one in whole if one.due + one.seconds < began)
        felt = [one for one in whole if began <= one.due <= done + AFTER]
        if migration.ended() != 0:
            raise CommandError(f"the migration of {column} failed")
    return Measured(before, max(one.seconds for one in felt), _p99(felt), done - freed, migration.named)


def _when_there(database: Database, column: str, freed: float) -> float:
    while time.monotonic() < freed + PATIENCE:
        if database.query("SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = %s", [column]):
            return time.monotonic()
        time.sleep(0.005)
    raise CommandError(f"column {column} was not there {PATIENCE:.0f} s after the blocker's end")


def _p99(felt: list[Felt]) -> float:
    return sorted(one.seconds for one in felt)[int(len(felt) * 0.99)]


def table(found: dict[str, Measured | str], blocked: float, major: int) -> str:
    """The section, in Markdown."""
    ours = found["this runner"]
    assert isinstance(ours, Measured)
    lines = [
        "## Stall of the application behind an ALTER TABLE\n",
        f"`make bench-locks`: a client reads and writes `orders` {RATE} times a second, latency counted from when each request was"
        f" due. A transaction that has read the table stays open for {blocked:.0f} s; {HEAD_START:.0f} s after its begin, `{add('…')}`"
        f" starts. PostgreSQL {major}, {os.cpu_count()} processors, each program with its defaults.\n",
        "| program | worst stall | as a multiple | p99 | worst before it starts | done after the blocker's end | blocker named while waiting |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, one in found.items():
        if isinstance(one, str):
            lines.append(f"| {name} | not available here: {one} | | | | | |")
        else:
            times = one.worst / ours.worst
            lines.append(
                f"| {name} | {one.worst:.3f} s | {times:.1f} | {one.p99:.3f} s | {one.before:.3f} s | {one.done:.2f} s"
                f" | {'yes' if one.named else 'no'} |"
            )
    return "\n".join(lines)


def main() -> int:
    """Measure all and write the section; seconds of blocking as the argument, then nothing is written but shown."""
    blocked = float(sys.argv[1]) if len(sys.argv) > 1 else BLOCKED
    found: dict[str, Measured | str] = {}
    with Server(NEWEST_MAJOR) as server:
        create_roles(server)
        with fresh_database(server) as database:
            database.as_owner(
                "CREATE TABLE orders (id int PRIMARY KEY, note text);"
                "INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 10000) n"
            )
            for number, (name, tool) in enumerate(TOOLS.items()):
                say(f"{name}: a transaction of {blocked:.0f} s in the way")
                try:
                    found[name] = measure(database, tool, f"added_{number}", blocked)
                except CommandError as error:
                    found[name] = str(error).splitlines()[0]
    text = table(found, blocked, NEWEST_MAJOR)
    if len(sys.argv) > 1:
        sys.stdout.write(f"{text}\n")
    else:
        write_section("bench-locks", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
