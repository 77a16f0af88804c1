"""The work queue: no wake-up lost, no key with two workers, pauses by the clock that is given."""

import random
import threading
import time
from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from schemachange_operator.controller.queue import Backoff, WorkQueue

ONE, TWO = ("shop", "one"), ("shop", "two")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(clock: Clock) -> WorkQueue:
    return WorkQueue(clock, random.Random(1))


def test_first_come_first_served_and_once(queue: WorkQueue) -> None:
    for key in (ONE, TWO, ONE):
        queue.add(key)
    assert [queue.take(0), queue.take(0), queue.take(0)] == [ONE, TWO, None]


def test_a_key_added_meanwhile_comes_again_afterwards(queue: WorkQueue) -> None:
    queue.add(ONE)
    assert queue.take(0) == ONE
    queue.add(ONE)
    assert queue.take(0) is None
    queue.done(ONE)
    assert queue.take(0) == ONE


def test_later_is_not_now(queue: WorkQueue, clock: Clock) -> None:
    queue.add_after(ONE, 5)
    assert queue.take(0) is None
    clock.now += 5
    assert queue.take(0) == ONE


def test_the_earliest_time_counts(queue: WorkQueue, clock: Clock) -> None:
    queue.add_after(ONE, 50)
    queue.add_after(ONE, 5)
    queue.add_after(ONE, 20)
    clock.now += 5
    assert queue.take(0) == ONE


def test_a_pass_by_an_event_makes_the_appointment_void(queue: WorkQueue, clock: Clock) -> None:
    queue.add_after(ONE, 5)
    queue.add(ONE)
    assert queue.take(0) == ONE
    queue.done(ONE)
    clock.now += 60
    assert queue.take(0) is None


def test_failures_pause_longer_and_longer_within_a_bound(clock: Clock) -> None:
    queue = WorkQueue(clock, random.Random(1), Backoff(first=1, longest=10))
    pauses = [queue.failed(ONE) for _ in range(8)]
    for number, pause in enumerate(pauses):
        assert min(2**number, 10) / 2 <= pause <= min(2**number, 10)
    queue.succeeded(ONE)
    assert queue.failed(ONE) <= 1


def test_the_server_may_ask_for_more(queue: WorkQueue) -> None:
    assert queue.failed(ONE, at_least=30) == 30


def test_closed_means_nothing_more(queue: WorkQueue) -> None:
    queue.add(ONE)
    queue.close()
    assert queue.take(10) is None


def test_how_long_the_first_has_waited(queue: WorkQueue, clock: Clock) -> None:
    assert (queue.oldest(), queue.depth()) == (0, 0)
    queue.add(ONE)
    clock.now += 3
    queue.add(TWO)
    assert (queue.oldest(), queue.depth()) == (3, 2)


KEYS = [("shop", str(number)) for number in range(3)]


class NeverTwiceAtOnce(RuleBasedStateMachine):
    """Whatever the order of calls: one worker a key, and every wake-up is followed by a pass that begins after it."""

    taken = Bundle("taken")

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.queue = WorkQueue(self.clock, random.Random(1))
        self.working: set[tuple[str, str]] = set()
        self.owed: set[tuple[str, str]] = set()

    @rule(key=st.sampled_from(KEYS))
    def add(self, key: tuple[str, str]) -> None:
        self.queue.add(key)
        self.owed.add(key)

    @rule(key=st.sampled_from(KEYS), seconds=st.floats(0, 10))
    def add_after(self, key: tuple[str, str], seconds: float) -> None:
        self.queue.add_after(key, seconds)

    @rule(seconds=st.floats(0, 10))
    def passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def take(self) -> None:
        key = self.queue.take(0)
        if key is None:
            assert self.owed <= self.working, "a wake-up is lost"
        else:
            assert key not in self.working, "one key, two workers"
            self.working.add(key)
            self.owed.discard(key)

    @rule(key=st.sampled_from(KEYS), fails=st.booleans())
    def done(self, key: tuple[str, str], fails: bool) -> None:
        if key in self.working:
            if fails:
                self.queue.failed(key)
            self.queue.done(key)
            self.working.discard(key)

    @invariant()
    def bounded(self) -> None:
        assert self.queue.depth() <= len(KEYS)


NeverTwiceAtOnce.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestNeverTwiceAtOnce = NeverTwiceAtOnce.TestCase


def test_threads_never_share_a_key() -> None:
    queue = WorkQueue(time.monotonic, random.Random(1))
    busy: Counter[tuple[str, str]] = Counter()
    shared: list[tuple[str, str]] = []
    passes = Counter()
    lock = threading.Lock()

    def work() -> None:
        while key := queue.take(5):
            with lock:
                busy[key] += 1
                passes[key] += 1
                if busy[key] > 1:
                    shared.append(key)
            with lock:
                busy[key] -= 1
            queue.done(key)
            if sum(passes.values()) > 500:
                queue.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        for key in KEYS:
            queue.add(key)
    for worker in workers:
        worker.join()
    assert shared == []
