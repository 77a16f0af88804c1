"""All runs that there are: every boundary of every class with every fault, in an order that a seed decides."""

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import Any

from campaign.changes import CLASSES
from campaign.changes.change import ChangeClass
from campaign.faults import FAULTS
from campaign.faults.fault import Boundary, Fault
from campaign.phase import phase
from campaign.record import product
from campaign.scenario import NOWHERE, Scenario
from campaign.trigger import CONCURRENT
from testcluster.paths import cache_directory
from testcluster.shell import CommandError, say

LEVEL = "runner"
TIMES = range(0, 100, 7)
"""Percent of the time that a run takes."""

HELD_UP = "in the middle of a statement that others hold up"

Points = dict[tuple[str, str], list[str]]
"""Class and fault to the points where it can hit."""


def scenarios(seed: int, majors: Sequence[int], player: Callable[[], AbstractContextManager[Any]]) -> Iterator[Scenario]:
    """Each class without a fault on each version; then rounds, each with one point of every class and fault."""
    chance = random.Random(seed)
    points = _points(chance, _boundaries(majors, player))
    for number in range(1_000_000):
        pairs = sorted(points)
        chance.shuffle(pairs)
        for kind, fault in pairs:
            choice = points[kind, fault]
            # When all have had their turn they come again, with another seed and so with other chances.
            again, at = divmod(number, len(choice))
            yield Scenario(LEVEL, kind, fault, choice[at], seed + again)


def _points(chance: random.Random, boundaries: dict[str, list[Boundary]]) -> Points:
    points: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for kind, known in boundaries.items():
        for name, fault in FAULTS.items():
            if not fault.suits(CLASSES[kind]):
                continue
            groups = _by_phase(CLASSES[kind], fault, known)
            if fault.at_times:
                groups["at a time"] = [f"time-{percent}" for percent in TIMES]
            points[kind, name] = _in_turns(chance, groups) or [NOWHERE]
    return dict(points)


def _by_phase(kind: ChangeClass, fault: Fault, known: Sequence[Boundary]) -> dict[str, list[str]]:
    """Points by what they are going to meet: a statement is one request among many, and matters more than most."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for place in fault.places:
        earlier: list[str] = []
        container = -1
        for one in known:
            if one.container != container:
                container, earlier = one.container, []
            if one.number and fault.meets(one):
                held = place == "during" and CONCURRENT.match(one.text)
                met = HELD_UP if held else phase(one.command, place, one.text, earlier, kind.statements)
                groups[met].append(f"{place}-{one.number}")
            earlier.append(one.text)
    return groups


def _in_turns(chance: random.Random, groups: dict[str, list[str]]) -> list[str]:
    """All points, one of each group in turn as long as it lasts."""
    for group in groups.values():
        chance.shuffle(group)
    order = sorted(groups)
    chance.shuffle(order)
    # What is worth the most comes first, for a campaign that is short.
    order.sort(key=lambda name: name != HELD_UP)
    rounds = zip_longest(*(groups[name] for name in order))
    return [point for one in rounds for point in one if point is not None]


def _boundaries(majors: Sequence[int], player: Callable[[], AbstractContextManager[Any]]) -> dict[str, list[Boundary]]:
    """From runs without a fault; kept, since they are the same for the same product."""
    file = cache_directory() / "campaign" / f"boundaries-{product()}-{_version()}.json"
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


def _version() -> str:
    """What else decides which requests there are, and what is noted of them."""
    here = Path(__file__).parent
    files = [*sorted((here / "changes").glob("*.py")), here / "trigger.py", here / "proxy.py", here / "course.py"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
