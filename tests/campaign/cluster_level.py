"""The level of the whole: the operator on the real cluster, against a primary with a standby."""

import json
import os
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count

from campaign.cluster.eyes import Eyes
from campaign.cluster.faults import FAULTS
from campaign.cluster.pair import Pair, PairServer
from campaign.cluster.stage import Stage
from campaign.cluster.wave import Playing, Wave
from campaign.record import Played, Result
from campaign.scenario import Scenario
from playground.installation import POSTGRES_IMAGE, prepare
from playground.kubectl import administrator
from testcluster.local.breaking import Breaking
from testcluster.local.cluster import LocalCluster
from testcluster.paths import cache_directory
from testcluster.postgres_binaries import NEWEST_MAJOR, find_server
from testcluster.providers import current_cluster
from testcluster.shell import CommandError, exclusively

ENDS = {"Completed": "Completed", "Blocked": "RolledBack", "Aborted": "RolledBack"}


class ClusterLevel:
    """Waves of changes, one after the other."""

    workers = 1

    def scenarios(self, seed: int, majors: Sequence[int]) -> Iterator[Scenario]:
        """Every fault in turn, in an order of its own each round; `majors` are the runner's level's."""
        chance = random.Random(f"cluster:{seed}")
        for number in count():
            for place, fault in enumerate(chance.sample(sorted(FAULTS), len(FAULTS))):
                yield from Wave(fault, seed * 10_000 + number * 100 + place).scenarios()

    @contextmanager
    def open(self, majors: Sequence[int]) -> Iterator["ClusterPlayer"]:
        """A cluster of this machine's own, since its processes are killed; with a pair of servers of the campaign's own."""
        cluster = current_cluster()
        if not isinstance(cluster, LocalCluster):
            raise CommandError("the campaign kills the cluster's own processes, which it knows of the local provider only")
        prepare()
        # The checker's pg_dump is as new as the newest server.
        os.environ["PATH"] = f"{find_server(NEWEST_MAJOR)}:{os.environ['PATH']}"
        pair = Pair(administrator())
        # One campaign at a time: a second one would take the servers away from the first.
        own = cache_directory() / "campaign"
        own.mkdir(parents=True, exist_ok=True)
        with exclusively(own):
            pair.up()
            try:
                with PairServer(pair.kubectl) as server:
                    yield ClusterPlayer(Stage(pair.kubectl, pair, Breaking(cluster)), server)
            finally:
                pair.down()


class ClusterPlayer:
    """Plays the wave that a run belongs to, and keeps the others' results until they are asked for."""

    def __init__(self, stage: Stage, server: PairServer) -> None:
        self._stage, self._server = stage, server
        kubernetes = json.loads(stage.kubectl.run("version", "-o", "json"))["serverVersion"]["gitVersion"]
        self._versions = {"PostgreSQL": POSTGRES_IMAGE.rpartition(":")[2], "Kubernetes": kubernetes}
        self._played: dict[Scenario, Played] = {}

    def play(self, scenario: Scenario) -> Played:
        """One run and what was found after it."""
        if scenario not in self._played:
            self._played |= self._wave(Wave(scenario.fault, scenario.seed))
        return self._played.pop(scenario)

    def _wave(self, wave: Wave) -> dict[Scenario, Played]:
        begin = time.monotonic()
        with Eyes(self._stage.kubectl) as eyes:
            playing = Playing(wave, self._stage, self._server, eyes)
            found = playing.play()
        seconds = (time.monotonic() - begin) / len(found)
        results = {}
        for run in playing.runs:
            findings = found[run.scenario]
            ended = ENDS.get(str(run.last.get("phase")), "Stuck")
            result = Result(str(run.scenario), run.met, ended, findings, seconds, self._versions)
            results[run.scenario] = Played(result, run.trace() if findings else {})
            run.close()
        return results
