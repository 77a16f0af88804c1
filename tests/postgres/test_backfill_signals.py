"""A backfill that holds by itself, says why, and goes on by itself: each signal on a real server."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from postgres.support.change import Change, steps
from postgres.support.database import Database, fresh_database
from postgres.support.own_server import server_with_roles
from postgres.support.standby import Standby
from postgres.support.waiting import wait_for
from schemachange_operator.api.migration import Backfill
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.api.throttle_rules import ThrottleRules
from schemachange_operator.core.backfill.throttle import Reading
from schemachange_operator.core.task import RunReport
from schemachange_operator.postgres.backfill_table import find_table
from schemachange_operator.postgres.signals.all import all_signals
from schemachange_operator.postgres.signals.signal import Signal, Subject, Unreadable
from testcluster.servers import Server
from testcluster.shell import wait_until

ORDERS = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, currency text); INSERT INTO orders SELECT n FROM generate_series(1, 300) n"
)
OFF: dict[str, Any] = {
    "replicaLagMebibytes": 0,
    "slotMebibytes": 0,
    "unarchivedFiles": 0,
    "archiverFailingSeconds": 0,
    "requestedCheckpoints": 0,
    "waitingMilliseconds": 0,
    "latencyMilliseconds": 0,
    "vacuum": "Ignore",
}
"""One signal at a time; a busy machine is not what is tested."""
SETTINGS = {"archive_mode": "on", "archive_command": "false", "autovacuum_naptime": "1s", "wal_level": "logical"}


@pytest.fixture(scope="module")
def archiving(server: Server) -> Iterator[Server]:
    """A server whose archiving fails."""
    with server_with_roles(server.major, settings=SETTINGS) as started:
        yield started


@pytest.fixture
def orders(archiving: Server) -> Iterator[Database]:
    with fresh_database(archiving) as database:
        database.as_owner(ORDERS)
        database.superuser.execute("GRANT pg_monitor TO operator_login")
        yield database


class Running:
    """A backfill that runs in a thread of this process."""

    def __init__(self, database: Database, root: Path, throttle: dict[str, Any]) -> None:
        rules = {"batchSize": 50, "batchMilliseconds": 60_000, "throttle": {**OFF, **throttle}}
        fill = {"table": "orders", "set": {"currency": "'EUR'"}, "where": "currency IS NULL"}
        policy = SchemaPolicySpec.model_validate({"backfill": rules})
        self.change = Change(database, root, steps({"name": "fill", "backfill": fill}), policy=policy)
        self._thread = threading.Thread(target=self._run)
        self._report: list[RunReport] = []
        self._thread.start()

    def _run(self) -> None:
        self._report.append(self.change.run("backfill", "fill"))

    def held(self, words: str) -> None:
        """Wait until it says that it holds for this, and see that nothing is filled."""
        wait_until(lambda: any(words in told["heldBy"] for told in self.change.told()), 60)
        assert self.change.database.value("SELECT count(*) FROM orders WHERE currency IS NOT NULL") == 0

    def report(self) -> RunReport:
        self._thread.join(90)
        (report,) = self._report
        return report


@contextmanager
def replica(database: Database) -> Iterator[Callable[[], None]]:
    """A standby that stands still, far behind."""
    with Standby(database.server) as standby, standby_session(standby) as session:
        standby.caught_up(database)
        session.execute("SELECT pg_wal_replay_pause()")
        written(database)
        yield lambda: session.execute("SELECT pg_wal_replay_resume()")
    wait_until(lambda: dropped(database, standby.SLOT), 30)


@contextmanager
def standby_session(standby: Standby) -> Iterator[Any]:
    with psycopg.connect(standby.url(), autocommit=True) as session:
        yield session


def dropped(database: Database, slot: str) -> bool:
    database.query(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s AND NOT active", [slot]
    )
    return not database.query("SELECT FROM pg_replication_slots WHERE slot_name = %s", [slot])


def written(database: Database) -> None:
    """Four megabytes of write-ahead log."""
    database.query("SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000)) FROM generate_series(1, 4)")


@contextmanager
def slot(database: Database) -> Iterator[Callable[[], None]]:
    database.query("SELECT pg_create_physical_replication_slot('forgotten', true)")
    written(database)
    yield lambda: database.query("SELECT pg_drop_replication_slot('forgotten')")


@contextmanager
def broken_archive(database: Database) -> Iterator[Callable[[], None]]:
    """A complete file that cannot be archived, until it can."""
    for _ in range(2):
        written(database)
        database.query("SELECT pg_switch_wal()")
    wait_for(
        database,
        "SELECT FROM pg_stat_archiver WHERE failed_count > 0 AND last_failed_time > coalesce(last_archived_time, '-infinity')",
    )
    try:
        yield lambda: archive_by(database, "true")
    finally:
        archive_by(database, "false")


def archive_by(database: Database, command: str) -> None:
    database.superuser.execute(f"ALTER SYSTEM SET archive_command = '{command}'")
    database.query("SELECT pg_reload_conf()")


@contextmanager
def flag(database: Database) -> Iterator[Callable[[], None]]:
    database.as_owner("CREATE TABLE calm (yes boolean); INSERT INTO calm VALUES (false)")
    yield lambda: database.as_owner("UPDATE calm SET yes = true")


@contextmanager
def vacuumed(database: Database) -> Iterator[Callable[[], None]]:
    """A vacuum by the server that lasts until it is ended."""
    slowly = "autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1, autovacuum_vacuum_threshold = 1"
    database.as_owner("ALTER TABLE orders ADD COLUMN wide text; ALTER TABLE orders ALTER COLUMN wide SET STORAGE PLAIN")
    database.as_owner("UPDATE orders SET wide = repeat('x', 3000)")
    database.as_owner(f"ALTER TABLE orders SET ({slowly}, autovacuum_vacuum_scale_factor = 0)")
    database.as_owner("UPDATE orders SET wide = repeat('y', 3000)")
    wait_for(database, "SELECT FROM pg_stat_progress_vacuum WHERE relid = 'orders'::regclass")

    def end() -> None:
        database.as_owner("ALTER TABLE orders SET (autovacuum_enabled = off)")
        database.query("SELECT pg_cancel_backend(pid) FROM pg_stat_progress_vacuum WHERE relid = 'orders'::regclass")

    yield end


@contextmanager
def big(database: Database) -> Iterator[Callable[[], None]]:
    """More on the disk than there may be, until a part of it is gone."""
    database.as_owner("CREATE TABLE big AS SELECT repeat(n::text, 1000) FROM generate_series(1, 100) n")
    yield lambda: database.as_owner("DROP TABLE big")


HOLDS: list[tuple[dict[str, Any], Callable[[Database], Any], str]] = [
    ({"replicaLagMebibytes": 1}, replica, "MiB behind (replicaLagMebibytes is 1)"),
    ({"slotMebibytes": 1}, slot, "slot forgotten keeps"),
    ({"unarchivedFiles": 1}, broken_archive, "files of write-ahead log wait to be archived"),
    ({"archiverFailingSeconds": 1}, broken_archive, "archiving has failed for"),
    ({"vacuum": "Any"}, vacuumed, "runs on orders (vacuum is Any)"),
    ({"query": "SELECT NOT yes FROM public.calm"}, flag, "the policy's own query says so"),
]


@pytest.mark.parametrize(("throttle", "trouble", "words"), HOLDS, ids=[next(iter(case[0])) for case in HOLDS])
def test_it_holds_and_goes_on_by_itself(
    orders: Database, tmp_path: Path, throttle: dict[str, Any], trouble: Callable[[Database], Any], words: str
) -> None:
    with trouble(orders) as end:
        running = Running(orders, tmp_path, throttle)
        running.held(words)
        end()
        report = running.report()
    assert (report.outcome, report.reason) == ("Done", "StepDone"), report.message
    assert orders.value("SELECT count(*) FROM orders WHERE currency = 'EUR'") == 300
    (name,) = throttle
    told = [(event["event"], event["signal"]) for event in running.change.events() if "signal" in event]
    assert told == [("backfill_holds", name), ("backfill_goes_on", name)]
    assert not running.change.told()[-1]["heldBy"], "the last word is that it goes on"


def reading(database: Database, name: str, *, login: bool = True, **rules: Any) -> Reading:
    """What one signal says, once."""
    (signal,) = (signal for signal in all_signals() if signal.name == name)
    return read_with(database, signal, login=login, **rules)


def read_with(database: Database, signal: Signal, *, login: bool = True, pid: int = 0, **rules: Any) -> Reading:
    with database.session() as session:
        with session.transaction():
            session.execute("SET LOCAL ROLE app_owner; SET LOCAL search_path TO public")
            table = find_table(session, Backfill(table="orders", set={"currency": "'EUR'"}))
        subject = Subject(ThrottleRules.model_validate({**OFF, **rules}), table, pid, ["300"], "app_owner")
        assert signal.watched(subject.rules)
        with session.transaction(force_rollback=True):
            session.execute("SET TRANSACTION READ ONLY")
            return signal.read(session, subject)


def test_sessions_behind_a_batch(orders: Database) -> None:
    with orders.another_superuser() as holder, orders.another_superuser() as waiter:
        holder.execute("BEGIN; UPDATE orders SET currency = 'x' WHERE id = 1")
        thread = threading.Thread(target=lambda: waiter.execute("UPDATE orders SET currency = 'y' WHERE id = 1"))
        thread.start()
        wait_for(orders, "SELECT FROM pg_locks WHERE NOT granted AND waitstart < clock_timestamp() - interval '0.2 s'")
        found = reading(orders, "waitingMilliseconds", pid=holder.info.backend_pid, waitingMilliseconds=100)
        nobody = reading(orders, "waitingMilliseconds", pid=waiter.info.backend_pid, waitingMilliseconds=100)
        holder.execute("ROLLBACK")
        thread.join()
    assert found.value > found.limit
    assert found.text.startswith("1 sessions wait behind a batch")
    assert nobody.value == 0


def test_checkpoints_that_were_asked_for(orders: Database) -> None:
    (signal,) = (signal for signal in all_signals() if signal.name == "requestedCheckpoints")
    assert read_with(orders, signal, requestedCheckpoints=1).value == 0, "what was before is not counted"
    for _ in range(2):
        written(orders)
        orders.superuser.execute("CHECKPOINT")
    wait_until(lambda: read_with(orders, signal, requestedCheckpoints=1).value >= 2, 30)


def test_what_is_measured_is_a_number(orders: Database) -> None:
    with big(orders):
        before = reading(orders, "diskMebibytes", diskMebibytes=1)
    assert before.value > before.limit
    assert reading(orders, "latencyMilliseconds", latencyMilliseconds=1).value > 0
    orders.query("SELECT pg_create_physical_replication_slot('fresh', true)")
    assert reading(orders, "slotMebibytes", slotMebibytes=1).value < 64
    orders.query("SELECT pg_drop_replication_slot('fresh')")
    assert reading(orders, "vacuum", vacuum="Wraparound").value == 0


@pytest.mark.parametrize("query", ["SELECT 1", "SELECT true, true", "SELECT true WHERE false", "VALUES (true), (true)"])
def test_a_query_that_does_not_answer_yes_or_no_is_not_guessed_at(orders: Database, query: str) -> None:
    with pytest.raises(Unreadable, match="one boolean"):
        reading(orders, "query", query=query)


def test_what_the_login_may_not_see_is_said_once_and_not_guessed(orders: Database, tmp_path: Path) -> None:
    orders.superuser.execute("REVOKE pg_monitor FROM operator_login")
    limits = {"unarchivedFiles": 1, "diskMebibytes": 1, "query": "SELECT nonsense"}
    with broken_archive(orders):
        running = Running(orders, tmp_path, limits)
        report = running.report()
    assert report.outcome == "Done", report.message
    said = {event["signal"]: event["message"] for event in running.change.events() if event["event"] == "signal_not_watched"}
    assert said.keys() == limits.keys()
    assert "GRANT pg_monitor" in said["unarchivedFiles"]
    assert "nonsense" in said["query"]
    assert [name for name in limits if name in report.message] == list(limits)


def test_a_replica_that_may_not_be_seen(orders: Database) -> None:
    orders.superuser.execute("REVOKE pg_monitor FROM operator_login")
    assert reading(orders, "replicaLagMebibytes", replicaLagMebibytes=1).value == 0, "no replica, nothing hidden"
    with replica(orders) as resume:
        with pytest.raises(Unreadable, match="pg_monitor"):
            reading(orders, "replicaLagMebibytes", replicaLagMebibytes=1)
        resume()
