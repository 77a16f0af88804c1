"""How fast rows are filled, and what an application at a fixed rate feels of it: this engine beside what is usual.

One server; for each run a fresh table with two secondary indexes. The ways are shuffled anew in every round.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.backfill_client import Client, Felt
from benchmarks.page import write_section
from postgres.support.change import Change, steps
from postgres.support.database import Database, create_roles, fresh_database
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.core.plan import Difference
from testcluster.postgres_binaries import NEWEST_MAJOR
from testcluster.servers import Server
from testcluster.shell import CommandError, say

SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "8GB", "checkpoint_timeout": "15min"}
"""So that no run is the one that a checkpoint falls into."""
WARM_UP = 4.0
"""Seconds of the client alone before a way begins."""
LOAD = 0.4
"""The client's rate, as a share of the most that it reaches."""
TABLE = """
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id int NOT NULL, total int NOT NULL DEFAULT 0,
    note text NOT NULL, region text, created timestamptz NOT NULL DEFAULT now());
INSERT INTO orders (customer_id, note) SELECT n * 7919 %% 100000, repeat('n', 120) FROM generate_series(1, {rows}) n;
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX orders_created ON orders (created, total)"""
REGION = "'region ' || (customer_id %% 50)"


@dataclass(frozen=True)
class Measured:
    """One run of one way."""

    rows_a_second: float
    felt: tuple[float, ...]
    """Seconds of each of the client's transactions, sorted; none without a client."""
    wal_a_row: float
    heap: float
    indexes: float
    """Growth in megabytes."""

    def at(self, share: float) -> float:
        """The latency that this share of the client's transactions stays below."""
        return self.felt[min(int(len(self.felt) * share), len(self.felt) - 1)] if self.felt else 0.0


Way = Callable[[Database, int], int]
"""Fills all rows of a table of so many; answers how many it filled."""


def nothing(database: Database, rows: int) -> int:
    """The machine with the client alone, for as long as a backfill might take."""
    time.sleep(rows / 40_000 + 5)
    return 0


def one_update(database: Database, rows: int) -> int:
    """One statement."""
    with closing(database.another_superuser()) as session:
        return session.execute(f"UPDATE orders SET region = {REGION} WHERE region IS NULL".replace("%%", "%")).rowcount


def fixed(size: int, pause: float) -> Way:
    """Batches of so many rows by key, with a pause after each."""

    def fill(database: Database, rows: int) -> int:
        filled = 0
        with closing(database.another_superuser()) as session:
            for begin in range(0, rows, size):
                filled += session.execute(
                    f"UPDATE orders SET region = {REGION} WHERE region IS NULL AND id > %s AND id <= %s",
                    [begin, begin + size],
                ).rowcount
                time.sleep(pause)
        return filled

    return fill


class Unrehearsed(Change):
    """A change that is not tried out first, since that would leave dead rows behind."""

    def rehearsed(self) -> tuple[Difference, ...]:
        """Nothing is foretold."""
        return ()


def engine(database: Database, rows: int) -> int:
    """This operator's runner with the rules that a SchemaPolicy has by default."""
    wanted = {"table": "orders", "set": {"region": REGION.replace("%%", "%")}, "where": "region IS NULL"}
    with tempfile.TemporaryDirectory() as folder:
        change = Unrehearsed(database, Path(folder), steps({"name": "fill", "backfill": wanted}), policy=SchemaPolicySpec())
        process = change.start("backfill", "fill")
        output, _ = process.started.communicate(timeout=3600)
        if process.report().outcome != "Done":
            raise CommandError(f"{process.report().message}\n{output.decode()[-2000:]}")
    return int(database.value("SELECT rows_done FROM schemachange.backfill"))


WAYS: dict[str, Way] = {
    "nothing": nothing,
    "one UPDATE": one_update,
    "batches of 10,000": fixed(10_000, 0),
    "batches of 1,000, pauses of 100 ms": fixed(1_000, 0.1),
    "this engine": engine,
}


def saturation(server: Server, rows: int) -> int:
    """Transactions a second of the client when nothing limits it."""
    with fresh_database(server) as database:
        _fill_table(database, rows)
        with Client(database, rows, 0) as client:
            time.sleep(10)
            felt = client.end()
    ends = [one.ended for one in felt]
    return int(len(felt) / (max(ends) - min(ends)))


def measure(server: Server, way: Way, rows: int, rate: int) -> Measured:
    """One run on a fresh table, beside the client unless its rate is 0."""
    with fresh_database(server) as database:
        _fill_table(database, rows)
        if not rate:
            return _run(database, way, rows, [])[0]
        with Client(database, rows, rate) as client:
            time.sleep(WARM_UP)
            measured, began, ended = _run(database, way, rows, [])
            time.sleep(0.5)
            felt = client.end()
    during = sorted(one.seconds for one in felt if one.ended - one.seconds >= began and one.ended - one.seconds <= ended)
    return Measured(measured.rows_a_second, tuple(during), measured.wal_a_row, measured.heap, measured.indexes)


def _run(database: Database, way: Way, rows: int, felt: list[Felt]) -> tuple[Measured, float, float]:
    sizes = (
        "SELECT pg_table_size('orders') AS heap, pg_indexes_size('orders') AS indexes, pg_current_wal_lsn() - '0/0' AS wal"
    )
    (before,) = database.query(sizes)
    began = time.time()
    filled = way(database, rows)
    ended = time.time()
    (after,) = database.query(sizes)
    grown = {name: float(after[name] - before[name]) for name in before}
    measured = Measured(
        filled / (ended - began), (), grown["wal"] / max(filled, 1), grown["heap"] / 1e6, grown["indexes"] / 1e6
    )
    return measured, began, ended


def _fill_table(database: Database, rows: int) -> None:
    database.as_owner(TABLE.format(rows=rows).replace("%%", "%"))
    database.superuser.execute("VACUUM (ANALYZE, FREEZE) orders")
    database.superuser.execute("CHECKPOINT")


def table(found: dict[str, list[Measured]], alone: dict[str, list[Measured]], rows: int, rate: int, major: int) -> str:
    """The section, in Markdown: medians of the rounds."""

    def middle(runs: list[Measured], of: Callable[[Measured], float]) -> float:
        return statistics.median(of(run) for run in runs)

    idle = middle(found["nothing"], lambda run: run.at(0.99))
    fastest = middle(alone["one UPDATE"], lambda run: run.rows_a_second)
    lines = [
        "## Filling rows beside an application\n",
        f"`make bench-backfill`: {rows:,} rows of about 200 bytes with two secondary indexes, a client at {rate} transactions a second"
        f" ({LOAD:.0%} of the most it reaches: 80 % read, 15 % update, 5 % insert by a random key), latency counted from when each was"
        f" due. Medians of {len(found['nothing'])} rounds, ways shuffled. PostgreSQL {major}, {os.cpu_count()} processors, fsync on; the"
        " log a row has the client's in it.\n",
        "| way | rows/s | p50 | p95 | p99 | p99 to idle | max | log a row | heap | indexes | rows/s without a client |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, runs in found.items():
        times = [middle(runs, lambda run, share=share: run.at(share)) for share in (0.5, 0.95, 0.99, 1)]  # type: ignore[misc]
        p50, p95, p99, longest = (f"{seconds * 1000:.1f} ms" for seconds in times)
        line = f"| {name} | {middle(runs, lambda run: run.rows_a_second):,.0f} | {p50} | {p95} | {p99} | {times[2] / idle:.2f} | {longest} |"
        if name == "nothing":
            lines.append(f"{line} | | | |")
            continue
        speed = middle(alone[name], lambda run: run.rows_a_second)
        lines.append(
            f"{line} {middle(runs, lambda run: run.wal_a_row):,.0f} B | {middle(runs, lambda run: run.heap):+,.0f} MB"
            f" | {middle(runs, lambda run: run.indexes):+,.0f} MB | {speed:,.0f} ({speed / fastest:.2f}) |"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure all and write the section; with another number of rows or rounds it is shown and not written."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", default=",".join(WAYS), help="only these, separated by commas; nothing is written")
    given = parser.parse_args()
    chance = random.Random(1)
    with Server(NEWEST_MAJOR, fast=False, settings=SETTINGS) as server:
        create_roles(server)
        rate = int(saturation(server, given.rows) * LOAD)
        found: dict[str, list[Measured]] = {name: [] for name in WAYS}
        alone: dict[str, list[Measured]] = {name: [] for name in WAYS}
        for number in range(given.rounds):
            for name in chance.sample(list(WAYS), len(WAYS)):
                for runs, beside in ((found[name], rate), (alone[name], 0)):
                    if beside or name != "nothing":
                        say(f"round {number + 1}: {name}{f', client at {beside}/s' if beside else ', no client'}")
                        runs.append(measure(server, WAYS[name], given.rows, beside))
    text = table(found, alone, given.rows, rate, NEWEST_MAJOR)
    if (given.rows, given.rounds) == (1_000_000, 3):
        write_section("bench-backfill", text)
    else:
        sys.stdout.write(f"{text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
