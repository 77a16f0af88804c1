"""Watches the requests of a run and lets the fault hit at its point, once; notes every boundary and what was hit."""

import re
import threading
import traceback

from campaign.faults.fault import Boundary, Fault, Hit
from campaign.phase import phase
from campaign.proxy import Link, Request
from campaign.scenario import NOWHERE
from campaign.stage import Holder, Stage

CONCURRENT = re.compile(r"\s*(CREATE|DROP|REINDEX|ALTER)\b.*\bCONCURRENTLY\b", re.IGNORECASE | re.DOTALL)
HELD = 0.5
"""Seconds, at most, for which it is held after the hit."""
DELAYS = (0.0, 0.0, 0.002, 0.01, 0.03, 0.06)
"""Seconds that a request runs before a fault hits during it; chance chooses."""


class Trigger:
    """The watcher of one run."""

    def __init__(self, fault: Fault, point: str) -> None:
        place, _, number = point.partition("-")
        self.fault, self.place = fault, "" if point == NOWHERE else place
        self._number = int(number) if number else 0
        self.boundaries: list[Boundary] = []
        self.phase = ""
        """What was hit; empty as long as nothing was."""
        self.error = ""
        """What went wrong with the fault itself."""
        self._stage: Stage
        self._earlier = 0
        self._done: set[str] = set()
        self._one_at_a_time = threading.Lock()
        self._texts: list[str] = []
        self._container = 0
        self._statements: tuple[str, ...] = ()
        self._in_the_way: Holder | None = None

    def attach(self, stage: Stage) -> None:
        """The run begins."""
        self._stage = stage
        self._statements = stage.kind.statements
        if self.fault.earlier is not None and self._number:
            self._earlier = stage.chance.randint(1, self._number)

    def start(self, seconds: float) -> None:
        """Count the time, for a fault that hits at one; `seconds` is how long a run without a fault takes."""
        if self.place == "time":
            self._stage.later(seconds * self._number / 100, lambda: self._hit("hit", self.fault.hit, None, self._now()))

    def before(self, link: Link, request: Request) -> None:
        """As the proxy tells."""
        self._note(request)
        if request.number == self._earlier and self.fault.earlier is not None:
            self._hit("earlier", self.fault.earlier, link, "")
        self._act("before", link, request)
        if self._is_in_its_middle(request):
            self._in_the_way = self._stage.stand_in_the_way()

    def during(self, link: Link, request: Request) -> None:
        """As the proxy tells."""
        if self._in_the_way is not None and self._is_in_its_middle(request):
            self._stage.until_waiting(link.backend)
        elif self.place == "during" and request.number == self._number:
            threading.Event().wait(self._stage.chance.choice(DELAYS))
        self._act("during", link, request)
        if self._in_the_way is not None and self._is_in_its_middle(request):
            self._stage.later(self._stage.chance.uniform(0, HELD), self._in_the_way.close)

    def _is_in_its_middle(self, request: Request) -> bool:
        """Whether the fault is to hit a statement that waits for others, so that somebody can hold it in its middle."""
        return self.place == "during" and request.number == self._number and bool(CONCURRENT.match(request.text))

    def after(self, link: Link, request: Request) -> None:
        """As the proxy tells."""
        self._act("after", link, request)

    def _note(self, request: Request) -> None:
        stage = self._stage
        if len(stage.containers) != self._container:
            self._container, self._texts = len(stage.containers), []
        self._texts.append(request.text)
        command = stage.containers[-1].command if stage.containers else ""
        self.boundaries.append(Boundary(request.number, command, request.text, self._container))

    def _act(self, place: str, link: Link, request: Request) -> None:
        if place == self.place and request.number == self._number:
            current = self._stage.current
            text, earlier = request.text, self._texts[: -1 if self._texts[-1:] == [request.text] else None]
            met = phase(current.command if current else "", place, text, earlier, self._statements)
            self._hit("hit", self.fault.hit, link, met)

    def _now(self) -> str:
        current, texts = self._stage.current, self._texts or [""]
        return phase(current.command if current else "", "during", texts[-1], texts[:-1], self._statements)

    def _hit(self, what: str, act: Hit, link: Link | None, met: str) -> None:
        with self._one_at_a_time:
            if what in self._done:
                return
            self._done.add(what)
        self.phase = met or self.phase
        try:
            act(self._stage, link)
        except Exception:
            self.error = traceback.format_exc()
