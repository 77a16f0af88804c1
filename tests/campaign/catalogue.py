"""All runs that there are: every boundary of every class with every fault, in an order that a seed decides."""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from campaign.changes import CLASSES
from campaign.faults import FAULTS
from campaign.faults.fault import Boundary
from campaign.record import product
from campaign.scenario import NOWHERE, Scenario
from testcluster.paths import cache_directory
from testcluster.shell import CommandError, say

LEVEL = "runner"
TIMES = range(0, 100, 7)
"""Percent of the time that a run takes."""
SHARE_OF_TIMES = 6
"""One in so many runs hits at a time instead of at a boundary."""

Points = dict[tuple[str, str], list[str]]
"""Class and fault to the points where it can hit."""


def scenarios(seed: int, majors: Sequence[int], player: Callable[[], AbstractContextManager[Any]]) -> Iterator[Scenario]:
    """Each class without a fault on each version; then rounds, each with one point of every class and fault."""
    chance = random.Random(seed)
    points = _points(_boundaries(majors, player))
    for points_of_pair in points.values():
        chance.shuffle(points_of_pair)
    for number in range(1_000_000):
        pairs = sorted(points)
        chance.shuffle(pairs)
        for kind, fault in pairs:
            choice = points[kind, fault]
            # When all have had their turn they come again, with another seed and so with other chances.
            again, at = divmod(number, len(choice))
            yield Scenario(LEVEL, kind, fault, choice[at], seed + again)


def _points(boundaries: dict[str, list[Boundary]]) -> Points:
    points: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for kind, known in boundaries.items():
        for name, fault in FAULTS.items():
            if not fault.suits(CLASSES[kind]):
                continue
            exact = [f"{place}-{one.number}" for place in fault.places for one in known if fault.meets(one)]
            times = [f"time-{percent}" for percent in TIMES] if fault.at_times else []
            # Times take their turn beside the boundaries, which are many more.
            points[kind, name] = exact + times * max(len(exact) // len(TIMES) // SHARE_OF_TIMES, 1) or [NOWHERE]
    return dict(points)


def _boundaries(majors: Sequence[int], player: Callable[[], AbstractContextManager[Any]]) -> dict[str, list[Boundary]]:
    """From runs without a fault; kept, since they are the same for the same product."""
    file = cache_directory() / "campaign" / f"boundaries-{product()}.json"
    kept = json.loads(file.read_text()) if file.is_file() and not product().endswith("+") else {}
    found = {kind: [Boundary(**one) for one in known] for kind, known in kept.items() if kind in CLASSES}
    if missing := [kind for kind in CLASSES if kind not in found]:
        say(f"looking for the boundaries of {len(missing)} classes of change")
        with player() as playing:
            for kind in missing:
                played = playing.play(Scenario(LEVEL, kind, "none", NOWHERE, 0))
                if played.result.findings:
                    raise CommandError(f"{kind} does not end well without a fault: {played.result.findings}")
                found[kind] = playing.trigger.boundaries
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({kind: [asdict(one) for one in known] for kind, known in found.items()}))
    return found
