"""A level of the campaign: the runner alone on real Postgres, or the whole on the real cluster."""

import importlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, cast

from campaign.record import Played
from campaign.scenario import Scenario


class Player(Protocol):
    """Plays runs one after the other; holds servers or a cluster meanwhile."""

    def play(self, scenario: Scenario) -> Played:
        """One run, faults and all, and what the checker found after it. What goes wrong with the run is a finding."""


class Level(Protocol):
    """One level."""

    workers: int
    """How many players may play at the same time, each in a process of its own."""

    def scenarios(self, seed: int, majors: Sequence[int]) -> Iterator[Scenario]:
        """Runs without end, in an order that the seed decides."""

    def open(self, majors: Sequence[int]) -> AbstractContextManager[Player]:
        """What one worker needs to play."""


LEVELS = {"runner": "campaign.runner_level:RunnerLevel", "cluster": "campaign.cluster_level:ClusterLevel"}
"""Loaded when it is wanted: one level must not need what the other needs."""


def level(name: str) -> Level:
    """The level of that name."""
    module, _, kind = LEVELS[name].partition(":")
    return cast("Level", getattr(importlib.import_module(module), kind)())
