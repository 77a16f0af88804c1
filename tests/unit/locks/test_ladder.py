"""Tries: short, growing, jittered, bounded; never one without limit."""

import random
from types import SimpleNamespace
from typing import Any

import pytest

from schemachange_operator.api.policy import LockRules
from schemachange_operator.core.errors import TryLater
from schemachange_operator.runner import ladder
from schemachange_operator.runner.ladder import tries


class World:
    """Time that passes by pauses alone."""

    def __init__(self, stop_after: int = 10_000) -> None:
        self.now = 0.0
        self.pauses: list[float] = []
        self.chance = random.Random(3)
        self._stop_after = stop_after

    def pause(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        self.now += seconds
        return len(self.pauses) > self._stop_after


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(ladder, "time", SimpleNamespace(monotonic=lambda: made.now))
    return made


def timeouts(world: Any, **rules: Any) -> list[int]:
    return list(tries(world, LockRules.model_validate(rules)))


def test_no_wait_is_without_limit_and_none_above_the_policys(world: World) -> None:
    found = timeouts(world)
    assert all(0 < timeout <= 100 for timeout in found)
    assert found[0] <= 50 < max(found)
    assert len(set(found)) > 5, "jittered"


def test_it_ends_when_patience_does(world: World) -> None:
    found = timeouts(world, patienceSeconds=30)
    assert 30 <= world.now < 30 + ladder.LONGEST_PAUSE
    assert len(found) == len(world.pauses) + 1 < 60
    assert max(world.pauses) <= ladder.LONGEST_PAUSE


def test_rests_of_the_callers_own_take_the_place_of_pauses(world: World) -> None:
    rests: list[float] = []

    def rest() -> None:
        rests.append(world.now)
        world.now += 10

    assert len(list(tries(world, LockRules(patience_seconds=30), rest))) == 4  # type: ignore[arg-type]
    assert rests == [0, 10, 20]
    assert world.pauses == []


def test_a_stop_ends_a_pause(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "_stop_after", 2)
    with pytest.raises(TryLater) as raised:
        timeouts(world)
    assert raised.value.reason == "Stopped"
