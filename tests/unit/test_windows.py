"""Maintenance windows over midnight, over the week, in other time zones and over the change to summer time."""

from datetime import UTC, datetime, timedelta

import pytest

from schemachange_operator.api.database import Window
from schemachange_operator.core.windows import closing, is_open, longest, next_opening, zone_exists

NIGHTLY = Window(name="nightly", opens="23:00", minutes=120)
SUNDAY = Window(name="sunday", days=("Sunday",), opens="02:00", minutes=60, time_zone="Europe/Berlin")
ALWAYS = Window(name="always", opens="00:00", minutes=1440)
LONG = Window(name="long", days=("Friday",), opens="18:00", minutes=10_080)

OVERLAPPING = Window(name="overlapping", days=("Sunday", "Monday"), opens="20:00", minutes=29 * 60)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "now", "opened"),
    [
        (NIGHTLY, "2026-11-23T22:59:59", False),
        (NIGHTLY, "2026-11-23T23:00:00", True),
        (NIGHTLY, "2026-11-24T00:59:59", True),
        (NIGHTLY, "2026-11-24T01:00:00", False),
        (SUNDAY, "2026-11-22T01:30:00", True),
        (SUNDAY, "2026-11-22T02:30:00", False),
        (SUNDAY, "2026-07-19T00:30:00", True),
        (SUNDAY, "2026-11-23T01:30:00", False),
        (ALWAYS, "2026-11-23T00:00:00", True),
        (ALWAYS, "2026-11-23T23:59:59", True),
        (LONG, "2026-11-26T17:00:00", True),
    ],
)
def test_is_open(window: Window, now: str, opened: bool) -> None:
    assert is_open(window, at(now)) is opened


@pytest.mark.parametrize(
    ("window", "now", "opens"),
    [
        (NIGHTLY, "2026-11-23T12:00:00", "2026-11-23T23:00:00"),
        (NIGHTLY, "2026-11-23T23:00:00", "2026-11-24T23:00:00"),
        (SUNDAY, "2026-11-22T02:00:00", "2026-11-29T01:00:00"),
        (SUNDAY, "2026-03-29T00:00:00", "2026-03-29T01:00:00"),
    ],
)
def test_next_opening(window: Window, now: str, opens: str) -> None:
    assert next_opening(window, at(now)) == at(opens)


@pytest.mark.parametrize(
    ("window", "now", "closes"),
    [
        (NIGHTLY, "2026-11-23T23:00:00", "2026-11-24T01:00:00"),
        (NIGHTLY, "2026-11-24T00:30:00", "2026-11-24T01:00:00"),
        (SUNDAY, "2026-11-22T01:30:00", "2026-11-22T02:00:00"),
        (OVERLAPPING, "2026-11-22T20:30:00", "2026-11-25T01:00:00"),
    ],
)
def test_closing(window: Window, now: str, closes: str) -> None:
    assert closing(window, at(now)) == at(closes)


@pytest.mark.parametrize(("window", "minutes"), [(NIGHTLY, 120), (SUNDAY, 60), (OVERLAPPING, 53 * 60), (LONG, 10_080)])
def test_longest(window: Window, minutes: int) -> None:
    assert longest(window, at("2026-11-23T12:00:00")) >= timedelta(minutes=minutes)


def test_a_window_that_never_closes_is_open_for_days() -> None:
    assert longest(ALWAYS, at("2026-11-23T12:00:00")) > timedelta(days=7)


@pytest.mark.parametrize(
    ("zone", "exists"), [("UTC", True), ("Europe/Berlin", True), ("Europe/Atlantis", False), ("../etc", False)]
)
def test_zone_exists(zone: str, exists: bool) -> None:
    assert zone_exists(Window(name="w", opens="00:00", minutes=1, time_zone=zone)) is exists
