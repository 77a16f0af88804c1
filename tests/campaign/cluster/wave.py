"""Several changes at once and one fault: at the moment when the first of them is in a given phase."""

import random
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from campaign.cluster.classes import CLASSES
from campaign.cluster.faults import FAULTS
from campaign.cluster.pair import PairServer
from campaign.cluster.run import Run
from campaign.cluster.stage import Fault, Stage
from campaign.scenario import Scenario
from playground.kubectl import KubectlError

SIZE = 5
LONGEST_DELAY = 2.0
"""Seconds between the phase's beginning and the fault, at most."""
PHASES = {
    "column": ("Planning", "Applying", "Verifying"),
    "index": ("Planning", "Applying", "Verifying"),
    "concurrent-steps": ("Planning", "Applying", "Verifying"),
    "five-steps": ("Planning", "Applying", "Backfilling", "Verifying"),
    "destructive": ("Planning", "BackingUp", "Applying"),
    "fails": ("Planning", "Applying", "RollingBack"),
    "aborted": ("Applying", "Backfilling", "RollingBack"),
}
"""Where each class can be hit."""


@dataclass(frozen=True)
class Wave:
    """What a scenario of this level means: `change` leads, and the others are drawn with it."""

    scenario: Scenario
    stage: Stage
    server: PairServer

    @property
    def fault(self) -> Fault:
        """What hits."""
        return FAULTS[self.scenario.fault]

    def play(self) -> list[tuple[Scenario, Run, tuple[str, ...]]]:
        """All of its changes from their beginning to their end; each with what was found."""
        runs = self._runs()
        with ThreadPoolExecutor(len(runs)) as pool:
            problems = self._together(pool, runs)
        return [(self._as(run), run, problem or _found(run)) for run, problem in zip(runs, problems, strict=True)]

    def _runs(self) -> list[Run]:
        chance = self.scenario.chance("wave")
        only = {"backup-disk-full": ["destructive"] * SIZE}.get(self.scenario.fault)
        others = only or [*chance.sample(sorted(CLASSES), len(CLASSES)), *chance.sample(sorted(CLASSES), len(CLASSES))]
        chosen = [self.scenario.change, *others][: 2 if only else SIZE]
        loses = self.scenario.fault == "failover-asynchronous"
        return [
            Run(f"c-{self.scenario.seed}-{number}", CLASSES[name], self.server, loses) for number, name in enumerate(chosen)
        ]

    def _together(self, pool: ThreadPoolExecutor, runs: Sequence[Run]) -> list[tuple[str, ...]]:
        problems: list[tuple[str, ...]] = [() for _ in runs]

        def safely(number: int, work: Callable[[], None]) -> None:
            try:
                work()
            except Exception as error:
                problems[number] = (*problems[number], f"{type(error).__name__}: {error}", traceback.format_exc())

        def each(work: Callable[[Run], None]) -> None:
            waiting = [pool.submit(safely, number, lambda run=run: work(run)) for number, run in enumerate(runs)]  # type: ignore[misc]
            for one in waiting:
                one.result()

        # Databases are made one after the other: the copy of each needs the template for itself.
        for number, run in enumerate(runs):
            safely(number, run.open)
        if any(problems):
            return problems
        each(Run.begin)
        victims = [run.victim for run in runs]
        self.fault.prepare(self.stage, victims)
        striker = threading.Thread(target=lambda: safely(0, lambda: self._strike(runs)))
        striker.start()
        each(lambda run: run.attend())
        striker.join()
        self.fault.mend(self.stage, victims)
        # Those that were at their end before a fault that others are still to meet, or that was mended just now.
        each(lambda run: run.attend())
        return problems

    def _strike(self, runs: Sequence[Run]) -> None:
        chance = self.scenario.chance("strike")
        if self.fault.whole:
            self._hit(runs[0], runs, self.scenario.point, chance)
            return
        with ThreadPoolExecutor(len(runs)) as pool:
            points = [self.scenario.point, *(chance.choice(PHASES[run.kind.name]) for run in runs[1:])]
            own = [random.Random(chance.random()) for _ in runs]
            waiting = [pool.submit(self._hit, run, [run], point, dice) for run, point, dice in zip(runs, points, own, strict=True)]
            for one in waiting:
                one.result()

    def _hit(self, first: Run, all_of_them: Sequence[Run], phase: str, chance: random.Random) -> None:
        if self.scenario.fault != "backup-disk-full":
            first.wait_until_in(phase)
            self.stage.wait(chance.uniform(0, LONGEST_DELAY))
        for run in all_of_them:
            status = run.status()
            run.met = f"{status.get('phase', 'Pending')}"
        hit = self.fault.strike(self.stage, first.victim)
        for run in all_of_them:
            run.hit = hit or "nothing to hit"

    def _as(self, run: Run) -> Scenario:
        return Scenario("cluster", run.kind.name, self.scenario.fault, self.scenario.point, self.scenario.seed)


def _found(run: Run) -> tuple[str, ...]:
    try:
        return run.findings()
    except (AssertionError, KubectlError, KeyError) as error:
        return (f"{type(error).__name__}: {error}", traceback.format_exc())
