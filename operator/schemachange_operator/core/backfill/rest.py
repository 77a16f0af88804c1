"""How long a backfill rests between two batches, so that the application has the rest of the time."""


def rest(busy: float, work_percent: int, least: float) -> float:
    """Seconds of rest after `busy` seconds of work: never below `least`, and so that work is that share of the time."""
    return max(busy * (100 / work_percent - 1), least)
