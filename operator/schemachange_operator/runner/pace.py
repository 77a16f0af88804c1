"""How fast rows go by, over the last minute, and how long the rest will take."""

from collections import deque
from datetime import datetime, timedelta

from schemachange_operator.api.status import Progress

WINDOW = timedelta(minutes=1)
EVERY = timedelta(seconds=1)


class Pace:
    """Progress of one run, from what it is told at each batch."""

    def __init__(self, now: datetime, passed: int, total: int) -> None:
        self._begun = (now, passed)
        self._seen = deque([self._begun])
        self._total = total
        self._told = now - EVERY

    def due(self, now: datetime) -> bool:
        """Whether it is time for another line."""
        if now - self._told < EVERY:
            return False
        self._told = now
        return True

    def progress(self, now: datetime, passed: int, filled: int) -> Progress:
        """Where it is: `passed` rows of the table gone by, `filled` of them changed."""
        self._seen.append((now, passed))
        while len(self._seen) > 2 and now - self._seen[0][0] > WINDOW:
            self._seen.popleft()
        begin, before = self._seen[0]
        seconds = max((now - begin).total_seconds(), 0.001)
        rate = round((passed - before) / seconds)
        total = max(self._total, passed)
        left = round((total - passed) / rate) if rate else 0
        share = f"{100 * passed // total} %" if total else "100 %"
        text = f"{share}: {passed} of about {total} rows gone by, {filled} filled, {rate} rows/s, {left} s left"
        return Progress(done=passed, total=total, rate=rate, seconds_left=left, text=text)

    def end(self, now: datetime, passed: int, filled: int) -> Progress:
        """All of it, with the rate over this whole run."""
        begin, before = self._begun
        rate = round((passed - before) / max((now - begin).total_seconds(), 0.001))
        return Progress(done=passed, total=passed, rate=rate, text=f"100 %: {filled} rows filled, {rate} rows/s")
