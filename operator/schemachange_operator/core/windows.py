"""Maintenance windows: is one open, and when does it open."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemachange_operator.api.database import Window
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop


def is_open(window: Window, now: datetime) -> bool:
    """Whether the window is open at a moment. Raises Stop for a time zone that does not exist."""
    return any(start <= now < start + timedelta(minutes=window.minutes) for start in _starts(window, now, range(-8, 1)))


def next_opening(window: Window, now: datetime) -> datetime:
    """The next moment at which it opens, after now."""
    return next(start for start in _starts(window, now, range(9)) if start > now)


def _starts(window: Window, now: datetime, days: range) -> list[datetime]:
    """Openings on some days around now; eight days reach over the longest window and the rarest weekday."""
    try:
        local = now.astimezone(ZoneInfo(window.time_zone))
    except (ZoneInfoNotFoundError, ValueError):
        raise Stop(Reason.WINDOW_UNKNOWN, f"window {window.name} names the unknown time zone {window.time_zone}") from None
    hour, minute = (int(part) for part in window.opens.split(":"))
    starts = []
    for offset in days:
        day = (local + timedelta(days=offset)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        if not window.days or day.strftime("%A") in window.days:
            starts.append(day)
    return starts
