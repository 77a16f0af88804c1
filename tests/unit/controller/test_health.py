"""Probes tell the truth, over a real socket."""

import random
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace

import pytest

from schemachange_operator.controller.cache import Cache
from schemachange_operator.controller.election import Election
from schemachange_operator.controller.health import Health, serve
from schemachange_operator.controller.queue import WorkQueue
from schemachange_operator.controller.workers import Workers
from schemachange_operator.core.world import Sibling
from unit.controller.test_election import FakeLeases, Time


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def leases() -> FakeLeases:
    return FakeLeases()


@pytest.fixture
def health(time: Time, leases: FakeLeases) -> Health:
    queue = WorkQueue(time.monotonic, random.Random(1))
    election = Election(leases, "one", time.monotonic, time.wall, random.Random(1))
    election.attempt()
    workers = Workers(queue, lambda key: None, election.leads, time.monotonic)
    return Health(time.monotonic, workers, election, queue, Cache(), synced=True)


@pytest.fixture
def address(health: Health) -> Iterator[str]:
    server = serve(health, 0)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def ask(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_all_is_well(address: str) -> None:
    assert ask(f"{address}/healthz") == (200, "ok\n")
    assert ask(f"{address}/readyz") == (200, "ok\n")
    assert ask(f"{address}/else")[0] == 404


def test_an_api_server_that_is_away_makes_it_unready_and_not_unwell(
    address: str, time: Time, leases: FakeLeases, health: Health
) -> None:
    leases.away = True
    time.seconds += 31
    health.election.attempt()
    assert ask(f"{address}/readyz") == (503, "the API server does not answer\n")
    assert ask(f"{address}/healthz")[0] == 200
    leases.away = False
    health.election.attempt()
    assert ask(f"{address}/readyz")[0] == 200


def test_before_everything_has_been_seen_it_is_not_ready(address: str, health: Health) -> None:
    health.synced = False
    assert ask(f"{address}/readyz")[0] == 503


def test_a_loop_that_does_not_turn_is_a_fault(address: str, health: Health, time: Time) -> None:
    health.loop_beat = time.seconds
    time.seconds += 61
    assert ask(f"{address}/healthz") == (503, "the watch loop is stuck\n")


def test_a_worker_that_hangs_is_a_fault(address: str, health: Health, time: Time) -> None:
    health.workers.beats["worker-1"] = time.seconds
    time.seconds += 601
    assert ask(f"{address}/healthz") == (503, "worker worker-1 is stuck\n")


def test_metrics(address: str, health: Health) -> None:
    health.queue.add(("shop", "one"))
    status, text = ask(f"{address}/metrics")
    assert status == 200
    assert "schemachange_queue_depth 1.0" in text
    assert "schemachange_leader 1.0" in text


def test_a_change_at_risk_has_a_metric_until_it_is_not(address: str, health: Health) -> None:
    told = 'schemachange_data_at_risk{database="shop/orders",name="change",namespace="shop"} 1.0'
    risky = Sibling("shop", "change", "uid", "Blocked", database=("shop", "orders"), data_at_risk=True)
    health.cache.put(risky)
    assert told in ask(f"{address}/metrics")[1]
    health.cache.put(replace(risky, data_at_risk=False))
    assert "schemachange_data_at_risk{" not in ask(f"{address}/metrics")[1]
