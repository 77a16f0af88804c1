"""Workers that play runs at the same time, each in a process with servers of its own."""

import argparse
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from itertools import islice
from multiprocessing.queues import Queue, SimpleQueue
from typing import TypeAlias

from campaign.level import Level, level
from campaign.record import Played, Records, Result
from campaign.scenario import Scenario
from testcluster.shell import CommandError, say

Orders = SimpleQueue[Scenario | None]
Answers: TypeAlias = "Queue[Played | str]"
PATIENCE = 900.0
"""Seconds without any answer after which a worker counts as lost."""


def play_all(records: Records, wanted: argparse.Namespace, majors: Sequence[int]) -> int:
    """Play what is not recorded yet; the exit code: 1 when there is a violation."""
    chosen = level(wanted.level)
    known = records.known()
    order = list(islice(_wanted(chosen, wanted, majors), wanted.runs))
    missing = [run for run in order if str(run) not in known]
    say(f"seed {wanted.seed}: {len(order)} runs, {len(order) - len(missing)} of them recorded in {records.folder}")
    violations = sum(bool(one.findings) for one in records.results() if one.product == records.product and one.run in order)
    begin = time.monotonic()
    for number, played in enumerate(_played(wanted.level, missing, majors, wanted.workers or chosen.workers), 1):
        result = records.add(played)
        violations += bool(result.findings)
        _tell(result, number, len(missing), records)
    spent = time.monotonic() - begin
    say(f"{len(missing)} runs in {spent:.0f} s, {violations} violations in all {len(order)}")
    return 1 if violations else 0


def _wanted(chosen: Level, wanted: argparse.Namespace, majors: Sequence[int]) -> Iterator[Scenario]:
    for run in chosen.scenarios(wanted.seed, majors):
        if wanted.change in {"", run.change} and wanted.fault in {"", run.fault}:
            yield run


def _tell(result: Result, number: int, of: int, records: Records) -> None:
    say(f"{number}/{of} {result.scenario}: {result.ended}, hit: {result.phase or 'nothing'}, {result.seconds:.1f} s")
    for finding in result.findings:
        say(f"  VIOLATION {finding}")
    if result.findings:
        say(f"  replay: python -m campaign replay {result.scenario}; trace: {records.place(result.scenario)}")


def _played(name: str, runs: Sequence[Scenario], majors: Sequence[int], workers: int) -> Iterator[Played]:
    if not runs:
        return
    context = multiprocessing.get_context("spawn")
    orders: Orders = context.SimpleQueue()
    answers: Answers = context.Queue()
    crew = [context.Process(target=work, args=(name, majors, orders, answers)) for _ in range(min(workers, len(runs)))]
    for worker in crew:
        worker.start()
    try:
        waiting = iter(runs)
        for run in islice(waiting, len(crew)):
            orders.put(run)
        for _ in runs:
            answer = answers.get(timeout=PATIENCE)
            if isinstance(answer, str):
                raise CommandError(f"a worker failed:\n{answer}")
            orders.put(next(waiting, None))
            yield answer
    finally:
        for worker in crew:
            if worker.is_alive():
                orders.put(None)
        for worker in crew:
            worker.join(60)
            if worker.is_alive():
                worker.terminate()
                worker.join(60)


def work(name: str, majors: Sequence[int], orders: Orders, answers: Answers) -> None:
    """A worker: plays until it is told that there is nothing more."""
    end_on_request()
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    try:
        with level(name).open(majors) as player:
            while (run := orders.get()) is not None:
                answers.put(player.play(run))
    except KeyboardInterrupt:
        # Asked to end; what was held is let go by now, and the run is played anew next time.
        pass
    except BaseException:
        answers.put(traceback.format_exc())
        raise


def end_on_request() -> None:
    """SIGTERM and SIGINT end what runs in an orderly way, servers and all, also where a shell had SIGINT ignored."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _interrupted)


def _end_with_parent() -> None:
    """A worker whose campaign was killed would wait for its next order for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt
