"""A length of time in words."""

_UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"))


def words(milliseconds: float) -> str:
    """The length in the largest unit that it fills: 12 s, 3.5 min, 2 h."""
    for size, name in _UNITS:
        if milliseconds >= size:
            value = milliseconds / size
            return f"{value:.1f} {name}".replace(".0 ", " ") if value < 10 else f"{value:.0f} {name}"
    return f"{milliseconds:.0f} ms"
