"""The runner alone, as processes of its own, on real PostgreSQL servers."""

import platform
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from campaign.catalogue import scenarios
from campaign.changes import CLASSES
from campaign.changes.change import ROWS
from campaign.checker import check, ledger_dump
from campaign.course import Course, StuckError
from campaign.facts import Ended, Facts
from campaign.faults import FAULTS
from campaign.place import Place, Reference, drop, prepare
from campaign.proxy import Proxy
from campaign.record import Played, Result
from campaign.scenario import Scenario
from campaign.stage import NAME, NAMESPACE, Stage
from campaign.trigger import Trigger
from postgres.support.database import Database, create_roles, make_database
from postgres.support.standby import Standby
from testcluster.servers import Server
from testcluster.shell import wait_until

PAIR = {"wal_level": "replica", "max_wal_senders": "4", "wal_keep_size": "64MB"}
SYNCHRONOUS = "ALTER SYSTEM SET synchronous_standby_names = '*'"
RECOVERIES = {
    "cleaned up after a statement that was cut off": '"event": "debris"',
    "ended an orphan": '"event": "orphan_ended"',
    "found out about a COMMIT": '"event": "commit_found"',
    "saw a failover": '"event": "server_changed"',
    "did lost steps again": '"StepsLost"',
    "found the work done": "had been done before",
    "waited for the other runner": '"DatabaseBusy"',
    "stopped when asked": '"Stopped"',
    "tried again for a lock": '"event": "lock_not_available"',
    "gave way": '"event": "gave_way"',
}
"""What the logs of the containers tell, and by which words."""
SECONDS_TO_RECOVER = 60.0
LOG_SHOWN = 20_000
"""Characters of the server's log in a trace."""


class RunnerLevel:
    """The level as the campaign knows it."""

    workers = 2

    def scenarios(self, seed: int, majors: Sequence[int]) -> Iterator[Scenario]:
        """Every boundary of every class with every fault, shuffled by the seed."""
        return scenarios(seed, majors, lambda: self.open(majors))

    @contextmanager
    def open(self, majors: Sequence[int]) -> Iterator["RunnerPlayer"]:
        """Servers for one worker."""
        with Place(majors) as place:
            yield RunnerPlayer(place)


@dataclass
class Seen:
    """What is known when a run is over."""

    ended: str
    findings: tuple[str, ...]
    trace: dict[str, str]
    recovered: tuple[str, ...] = ()


class RunnerPlayer:
    """Plays runs in its place."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.trigger: Trigger
        """The last run's."""

    def play(self, scenario: Scenario) -> Played:
        """One run."""
        begin = time.monotonic()
        major = scenario.chance("major").choice(self._place.majors)
        self.trigger = Trigger(FAULTS[scenario.fault], scenario.point)
        try:
            seen = self._played(scenario, major)
        except Exception:
            seen = Seen("Broken", (f"the campaign itself failed: {traceback.format_exc()}",), {})
        if self.trigger.error:
            seen.findings = (*seen.findings, f"the fault itself failed: {self.trigger.error}")
        versions = {"PostgreSQL": str(major), "Python": platform.python_version()}
        spent = round(time.monotonic() - begin, 2)
        result = Result(
            str(scenario), self.trigger.phase, seen.ended, seen.findings, spent, versions, recovered=seen.recovered
        )
        return Played(result, seen.trace)

    def _played(self, scenario: Scenario, major: int) -> Seen:
        kind, fault = CLASSES[scenario.change], FAULTS[scenario.fault]
        reference = self._place.reference(major, scenario.change)
        with ExitStack() as stack:
            root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="campaign-")))
            server = stack.enter_context(_primary(major)) if fault.standby else self._place.server(major)
            database = make_database(server)
            stack.callback(_forget, server, database, own=bool(fault.standby))
            prepare(database, kind)
            stage = Stage(self._place, major, kind, reference, database, root)
            stage.chance = scenario.chance("fault")
            stack.callback(lambda: [act() for act in stage.at_the_end])
            if fault.standby:
                stage.standby = stack.enter_context(_standby(server, database, synchronous=fault.standby == "synchronous"))
                stack.callback(_close, stage)
            stage.proxy = Proxy(server.port, self.trigger)
            self.trigger.attach(stage)
            if fault.first is not None:
                fault.first(stage, None)
            return self._watched(scenario, stage, reference)

    def _watched(self, scenario: Scenario, stage: Stage, reference: Reference) -> Seen:
        course, problem, ended = Course(stage), "", "Stuck"
        with stage.proxy:
            with stage.client, _held(stage):
                self.trigger.start(scenario.chance("duration").uniform(0.5, 1) * 1.5 * len(course.tasks) * 0.4)
                try:
                    ended = course.run()
                except (StuckError, AssertionError) as error:
                    problem = f"stuck: {error}"
                finally:
                    stage.end()
            written = stage.client.end()
        # The fault may have been the last thing that happened.
        if not wait_until(lambda: _answers(stage.address()), SECONDS_TO_RECOVER):
            raise AssertionError("the server did not recover")
        facts = Facts(
            url=stage.address(), ended="Completed", steps=stage.kind.names, before=reference.before, after=reference.after,
            proofs=stage.kind.proofs, written=written, rows_before=ROWS, backups=stage.root / "backup",
            backup_needed=bool(stage.kind.backup_before), name=NAME, namespace=NAMESPACE,
        )  # fmt: skip
        findings = (problem,) if problem else check(replace(facts, ended=_ended(ended)))
        findings = (*findings, *_surprise(stage, ended))
        return Seen(ended, findings, _trace(stage, course) if findings else {}, _recovered(stage))


def _answers(address: str) -> bool:
    try:
        psycopg.connect(address, application_name="checker").close()
    except psycopg.OperationalError:
        return False
    return True


def _close(stage: Stage) -> None:
    stage.database.superuser.close()


def _ended(text: str) -> Ended:
    return "Completed" if text == "Completed" else "RolledBack"


def _surprise(stage: Stage, ended: str) -> tuple[str, ...]:
    """Going back is allowed only to a change that fails or is aborted: no fault here is a reason to give up."""
    wanted = "RolledBack" if stage.kind.fails or stage.kind.abort_after is not None else "Completed"
    return () if ended in {wanted, "Stuck"} else (f"it ended {ended}, wanted {wanted}",)


def _recovered(stage: Stage) -> tuple[str, ...]:
    text = "".join(one.log.read_text() for one in stage.containers if one.log.exists())
    return tuple(words for words, sign in RECOVERIES.items() if sign in text)


def _trace(stage: Stage, course: Course) -> dict[str, str]:
    trace = {"course.txt": "\n".join(course.told) + "\n", "server.log": stage.server.log.read_text()[-LOG_SHOWN:]}
    for one in stage.containers:
        trace[f"{one.log.parent.name}.jsonl"] = one.log.read_text() if one.log.exists() else ""
    try:
        trace["ledger.txt"] = ledger_dump(stage.address())
    except psycopg.Error as error:
        trace["ledger.txt"] = f"cannot be read: {error}\n"
    return trace


@contextmanager
def _held(stage: Stage) -> Iterator[None]:
    """Somebody reads the table in a transaction that stays open for a while."""
    if not stage.kind.held_for:
        yield
        return
    ended, held = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with psycopg.connect(stage.address(), application_name="report") as session:
                session.execute("SELECT count(*) FROM orders")
                held.set()
                ended.wait(stage.kind.held_for)
        except psycopg.Error:
            # A fault has ended it.
            held.set()

    thread = threading.Thread(target=hold, name="holder", daemon=True)
    thread.start()
    held.wait(30)
    try:
        yield
    finally:
        ended.set()
        thread.join(30)


@contextmanager
def _primary(major: int) -> Iterator[Server]:
    with Server(major, settings=PAIR) as server:
        create_roles(server)
        yield server


@contextmanager
def _standby(primary: Server, database: Database, *, synchronous: bool) -> Iterator[Standby]:
    with Standby(primary, settings={**PAIR, "synchronous_standby_names": ""}) as standby:
        standby.caught_up(database)
        if synchronous:
            with psycopg.connect(primary.url(), autocommit=True) as session:
                session.execute(SYNCHRONOUS)
                session.execute("SELECT pg_reload_conf()")
        yield standby


def _forget(server: Server, database: Database, *, own: bool) -> None:
    with closing(database.superuser):
        pass
    if not own:
        drop(server, database.connection.database)
