"""Maintenance windows: is one open, and when does it open."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemachange_operator.api.database import Window


def zone_exists(window: Window) -> bool:
    """Whether the window's time zone is one; the other functions here need that."""
    try:
        ZoneInfo(window.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def is_open(window: Window, now: datetime) -> bool:
    """Whether the window is open at a moment."""
    return any(start <= now < start + timedelta(minutes=window.minutes) for start in _starts(window, now, range(-8, 1)))


def next_opening(window: Window, now: datetime) -> datetime:
    """The next moment at which it opens, after now."""
    return next(start for start in _starts(window, now, range(9)) if start > now)


def closing(window: Window, now: datetime) -> datetime:
    """When the window that is open now closes; openings that overlap are one."""
    end = now
    for start in _starts(window, now, range(-8, 9)):
        if start <= end:
            end = max(end, start + timedelta(minutes=window.minutes))
    return end


def longest(window: Window, now: datetime) -> timedelta:
    """The longest time for which it stays open; openings that overlap are one."""
    starts = _starts(window, now, range(9))
    return max((closing(window, start) - start for start in starts), default=timedelta())


def _starts(window: Window, now: datetime, days: range) -> list[datetime]:
    """Openings on some days around now; eight days reach over the longest window and the rarest weekday."""
    local = now.astimezone(ZoneInfo(window.time_zone))
    hour, minute = (int(part) for part in window.opens.split(":"))
    starts = []
    for offset in days:
        day = (local + timedelta(days=offset)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        if not window.days or day.strftime("%A") in window.days:
            # In UTC, so that a length is a length also in the night in which the clocks are changed.
            starts.append(day.astimezone(UTC))
    return starts
