"""Numbers as people read them."""

from schemachange_operator.core.plan import Forecast


def duration(milliseconds: float) -> str:
    """Milliseconds, seconds, minutes or hours, whichever has few digits."""
    if 0 < milliseconds < 1:
        return "under 1 ms"
    if milliseconds < 1_000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 120:
        return f"{seconds:.1f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def span(forecast: Forecast) -> str:
    """The likely duration with its bounds."""
    low, high = duration(forecast.low_milliseconds), duration(forecast.high_milliseconds)
    likely = duration(forecast.likely_milliseconds)
    return likely if low == high == likely else f"{likely} ({low} to {high})"


def size(count: int) -> str:
    """Bytes."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"


def plural(count: int, one: str, many: str = "") -> str:
    """So many of something."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(items: list[str], most: int = 4) -> str:
    """The first of some, and how many more there are."""
    more = f" and {len(items) - most:,} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more
