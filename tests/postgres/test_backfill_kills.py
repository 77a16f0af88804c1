"""A backfill whose runner is killed again and again, at random: every row is computed once, and what it tells never goes back.

SCHEMACHANGE_KILLS=100 SCHEMACHANGE_ROWS=1000000 SCHEMACHANGE_SEED=… makes more of it, or the same again.
"""

import json
import os
import random
import signal
from pathlib import Path

from postgres.support.change import Change, steps
from postgres.support.database import Database
from postgres.support.waiting import wait_for
from schemachange_operator.api.policy import SchemaPolicySpec

KILLS = int(os.environ.get("SCHEMACHANGE_KILLS", "8"))
ROWS = int(os.environ.get("SCHEMACHANGE_ROWS", "20000"))
SEED = int(os.environ.get("SCHEMACHANGE_SEED", "20261123"))
LARGEST = max(ROWS // KILLS // 20, 1)
"""Rows of the largest batch, so that there are many between two kills."""


class Orders(Change):
    """A change that is not tried out on the table first."""

    def rehearsed(self) -> tuple[()]:
        """Nothing is foretold."""
        return ()


def test_killed_at_random_each_row_is_computed_once(database: Database, tmp_path: Path) -> None:
    database.as_owner("CREATE TABLE orders (id bigint PRIMARY KEY, times int NOT NULL)")
    database.as_owner(f"INSERT INTO orders SELECT n, 0 FROM generate_series(1, {ROWS}) n")
    fill = {"table": "orders", "set": {"times": "times + 1"}, "batchSize": LARGEST}
    policy = SchemaPolicySpec.model_validate({"backfill": {"throttle": {"latencyMilliseconds": 0}}})
    change = Orders(database, tmp_path, steps({"name": "fill", "backfill": fill}), policy=policy)
    chance = random.Random(SEED)
    moments = sorted(chance.randrange(ROWS * 9 // 10) for _ in range(KILLS))
    told: list[int] = []
    for attempt, moment in enumerate(moments, start=1):
        process = change.start("backfill", "fill", attempt=attempt)
        wait_for(database, "SELECT WHERE to_regclass('schemachange.backfill') IS NOT NULL")
        wait_for(database, f"SELECT FROM schemachange.backfill WHERE rows_done >= {moment}", looks=30_000)
        # Somewhere in the batch that is under way now, or between it and the next.
        database.query("SELECT pg_sleep(%s)", [chance.random() / 50])
        process.started.send_signal(signal.SIGKILL)
        output, _ = process.started.communicate(timeout=60)
        told += done(output)
    assert database.value("SELECT rows_done FROM schemachange.backfill") < ROWS, f"seed {SEED}: the last kill came too late"
    process = change.start("backfill", "fill", attempt=KILLS + 1)
    output, _ = process.started.communicate(timeout=3600)
    assert process.report().outcome == "Done", f"seed {SEED}: {process.report().message}"
    told += done(output)
    assert database.query("SELECT times, count(*) FROM orders GROUP BY times") == [{"times": 1, "count": ROWS}], (
        f"seed {SEED}"
    )
    assert told == sorted(told), f"seed {SEED}: what it tells went back"
    assert told, "it told something"
    assert database.value("SELECT rows_done FROM schemachange.backfill") == ROWS


def done(output: bytes) -> list[int]:
    """Rows that each line of progress tells; the last line may be half of one."""
    lines = output.decode().splitlines(keepends=True)
    return [json.loads(line)["progress"]["done"] for line in lines if line.startswith('{"progress"') and line.endswith("\n")]
