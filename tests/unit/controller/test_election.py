"""The election, with clocks and a Lease in memory."""

import copy
import random
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from schemachange_operator.controller.election import Election
from schemachange_operator.kube.errors import AlreadyExists, Conflict, Unavailable


class FakeLeases:
    def __init__(self) -> None:
        self.lease: dict[str, Any] | None = None
        self.away = False

    def read(self) -> dict[str, Any] | None:
        self._answer()
        return copy.deepcopy(self.lease)

    def create(self, spec: dict[str, Any]) -> dict[str, Any]:
        self._answer()
        if self.lease:
            raise AlreadyExists("there is one")
        self.lease = {"metadata": {"resourceVersion": 1}, "spec": spec}
        return self.lease

    def update(self, lease: dict[str, Any]) -> dict[str, Any]:
        self._answer()
        assert self.lease is not None
        version = self.lease["metadata"]["resourceVersion"]
        if lease["metadata"]["resourceVersion"] != version:
            raise Conflict("somebody was faster")
        self.lease = {**copy.deepcopy(lease), "metadata": {"resourceVersion": version + 1}}
        return self.lease

    def _answer(self) -> None:
        if self.away:
            raise Unavailable("no answer")


class Time:
    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def wall(self) -> datetime:
        # Wall clocks of nodes differ; this one even goes backwards.
        return datetime.fromtimestamp(1_000_000 - self.seconds, UTC)


@pytest.fixture
def leases() -> FakeLeases:
    return FakeLeases()


@pytest.fixture
def time() -> Time:
    return Time()


def replica(name: str, leases: FakeLeases, time: Time) -> Election:
    return Election(leases, name, time.monotonic, time.wall, random.Random(1))


def test_the_first_leads_and_the_second_does_not(leases: FakeLeases, time: Time) -> None:
    one, two = replica("one", leases, time), replica("two", leases, time)
    one.attempt()
    two.attempt()
    assert (one.leads(), two.leads()) == (True, False)


def test_renewing_keeps_it(leases: FakeLeases, time: Time) -> None:
    one, two = replica("one", leases, time), replica("two", leases, time)
    for _ in range(30):
        one.attempt()
        two.attempt()
        time.seconds += 2
        assert (one.leads(), two.leads()) == (True, False)
    assert leases.lease is not None
    assert leases.lease["spec"]["leaseTransitions"] == 0


def test_a_silent_holder_stops_before_the_next_begins(leases: FakeLeases, time: Time) -> None:
    one, two = replica("one", leases, time), replica("two", leases, time)
    one.attempt()
    led_by = []
    for _ in range(20):
        two.attempt()
        led_by.append((one.leads(), two.leads()))
        time.seconds += 1
    assert (True, True) not in led_by
    assert (False, False) in led_by, "there is a gap between two holders"
    assert led_by[-1] == (False, True)
    assert leases.lease is not None
    assert leases.lease["spec"]["leaseTransitions"] == 1


def test_without_an_api_server_it_stops_by_its_own_clock_and_comes_back(leases: FakeLeases, time: Time) -> None:
    one = replica("one", leases, time)
    one.attempt()
    leases.away = True
    time.seconds += 9
    one.attempt()
    assert one.leads()
    time.seconds += 2
    one.attempt()
    assert not one.leads()
    leases.away = False
    one.attempt()
    assert one.leads()
    assert one.last_contact == time.seconds


def test_the_time_counts_from_before_the_call(leases: FakeLeases, time: Time) -> None:
    one = replica("one", leases, time)
    slow = leases.read

    def read() -> dict[str, Any] | None:
        time.seconds += 4
        return slow()

    leases.read = read  # type: ignore[method-assign]
    one.attempt()
    time.seconds += 6
    assert not one.leads()


def test_two_at_once_one_wins(leases: FakeLeases, time: Time) -> None:
    one, two = replica("one", leases, time), replica("two", leases, time)
    read = leases.read

    def read_while_the_other_takes_it() -> dict[str, Any] | None:
        lease = read()
        leases.read = read  # type: ignore[method-assign]
        two.attempt()
        return lease

    leases.read = read_while_the_other_takes_it  # type: ignore[method-assign]
    one.attempt()
    assert (one.leads(), two.leads()) == (False, True)


def test_letting_go_lets_the_other_in_at_once(leases: FakeLeases, time: Time) -> None:
    one, two = replica("one", leases, time), replica("two", leases, time)
    one.attempt()
    stop = threading.Event()
    stop.set()
    one.run(stop, lambda: None)
    two.attempt()
    assert (one.leads(), two.leads()) == (False, True)


def test_it_lets_go_of_its_own_lease_alone(leases: FakeLeases, time: Time) -> None:
    one, two = replica("one", leases, time), replica("two", leases, time)
    one.attempt()
    assert leases.lease is not None
    leases.lease["spec"]["holderIdentity"] = "two"
    one.release()
    two.attempt()
    assert leases.lease["spec"]["holderIdentity"] == "two"
    assert two.leads()
