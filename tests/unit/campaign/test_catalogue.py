"""The list of all runs: every class meets every fault that suits it, in an order that the seed alone decides."""

from itertools import islice

import pytest

from campaign import catalogue
from campaign.changes import CLASSES
from campaign.faults import FAULTS
from campaign.faults.fault import Boundary

KNOWN = [Boundary(number, command, text, 1) for number, (command, text) in enumerate(
    [("apply", "connect"), ("apply", "COMMIT"), ("backup", "SELECT 1"), ("verify", "COMMIT")] * 10, 1
)]  # fmt: skip


@pytest.fixture(autouse=True)
def boundaries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_boundaries", lambda *_: dict.fromkeys(CLASSES, KNOWN))


def first(count: int, seed: int = 5) -> list[str]:
    return [str(one) for one in islice(catalogue.scenarios(seed, [18], lambda: None), count)]  # type: ignore[arg-type,return-value]


def test_the_seed_decides() -> None:
    assert first(500) == first(500)
    assert first(500) != first(500, seed=6)


def test_no_run_comes_twice() -> None:
    assert len(set(first(3000))) == 3000


def test_the_first_round_has_every_pair() -> None:
    pairs = {(kind, fault) for kind in CLASSES for fault in FAULTS if FAULTS[fault].suits(CLASSES[kind])}
    assert {tuple(one.split(":")[1:3]) for one in first(len(pairs))} == pairs


def test_faults_hit_only_where_they_can() -> None:
    for one in first(2000):
        _, _, fault, point, _ = one.split(":")
        place, _, number = point.partition("-")
        if fault == "none":
            assert point == "-"
        elif place == "time":
            assert FAULTS[fault].at_times
        else:
            assert place in FAULTS[fault].places
            assert FAULTS[fault].meets(KNOWN[int(number) - 1])


def test_what_is_rare_comes_as_early_as_what_is_common(monkeypatch: pytest.MonkeyPatch) -> None:
    one_statement = [*KNOWN, Boundary(41, "apply", "ALTER TABLE orders ADD COLUMN currency text", 2)]
    monkeypatch.setattr(catalogue, "_boundaries", lambda *_: {"one-step": one_statement})
    points = [one.split(":")[3] for one in first(300) if ":sigkill:" in one]
    assert {"before-41", "during-41"} & set(points[:12])
