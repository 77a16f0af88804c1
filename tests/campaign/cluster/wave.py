"""Several changes at once and one fault: at the moment when the first of them is in a given phase."""

import random
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from campaign.cluster.classes import CLASSES
from campaign.cluster.eyes import Eyes
from campaign.cluster.faults import FAULTS
from campaign.cluster.pair import PairServer
from campaign.cluster.run import Run
from campaign.cluster.stage import Fault, Stage
from campaign.scenario import Scenario

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
    """What is played at the same time: the same each time for the same fault and seed."""

    fault: str
    seed: int

    def scenarios(self) -> list[Scenario]:
        """One for each change; the first one decides when the fault hits, if it hits all at once."""
        chance = random.Random(f"{self.fault}:{self.seed}")
        chosen = chance.sample(sorted(CLASSES), SIZE)
        return [Scenario("cluster", name, self.fault, chance.choice(PHASES[name]), self.seed) for name in chosen]


class Playing:
    """One wave, from its beginning to its end."""

    def __init__(self, wave: Wave, stage: Stage, server: PairServer, eyes: Eyes) -> None:
        self._stage = stage
        self._fault: Fault = FAULTS[wave.fault]
        self._name = wave.fault
        self.runs = [
            Run(f"c-{wave.seed}-{scenario.change}", CLASSES[scenario.change], server, scenario, self._fault, eyes)
            for scenario in wave.scenarios()
        ]
        self._problems: dict[str, tuple[str, ...]] = {}

    def play(self) -> dict[Scenario, tuple[str, ...]]:
        """What was found of each."""
        self._all_of_them(Run.open)
        if self._problems:
            return {
                run.scenario: self._problems.get(run.namespace, ("another of the wave could not begin",))
                for run in self.runs
            }
        self._all_of_them(Run.begin)
        self._hit_and_attend()
        self._all_of_them(lambda run: self._note(run, run.findings()))
        return {run.scenario: self._problems.get(run.namespace, ()) for run in self.runs}

    def _hit_and_attend(self) -> None:
        victims = [run.victim for run in self.runs]
        first = self.runs[0]
        self._safely(first, lambda: self._fault.prepare(self._stage, victims))
        striker = threading.Thread(target=self._strike)
        striker.start()
        self._all_of_them(Run.attend)
        striker.join()
        self._safely(first, lambda: self._fault.mend(self._stage, victims))
        # Again: the fault may have come after a change's end, or what it needed was mended just now.
        self._all_of_them(Run.attend)

    def _strike(self) -> None:
        if self._fault.whole:
            self._safely(self.runs[0], lambda: self._hit(self.runs[0], self.runs))
        else:
            self._all_of_them(lambda run: self._hit(run, [run]))

    def _hit(self, first: Run, all_of_them: Sequence[Run]) -> None:
        chance = first.scenario.chance("strike")
        if self._fault.at_a_phase:
            first.wait_until_in(first.scenario.point)
            self._stage.wait(chance.uniform(0, LONGEST_DELAY))
        for run in all_of_them:
            run.met = run.status().get("phase", "")
        hit = self._fault.strike(self._stage, first.victim)
        for run in all_of_them:
            run.met = run.met if hit else ""
            run.struck = True

    def _all_of_them(self, work: Callable[[Run], None]) -> None:
        with ThreadPoolExecutor(len(self.runs)) as pool:
            for waiting in [pool.submit(self._safely, run, partial(work, run)) for run in self.runs]:
                waiting.result()

    def _safely(self, run: Run, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            self._note(run, (f"{type(error).__name__}: {error}", traceback.format_exc()))

    def _note(self, run: Run, found: tuple[str, ...]) -> None:
        if found:
            self._problems[run.namespace] = (*self._problems.get(run.namespace, ()), *found)
