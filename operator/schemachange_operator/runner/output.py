"""What a container writes: JSON lines to standard output and one report at its end."""

import hashlib
import json
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import Notice, Progress
from schemachange_operator.core.task import RunReport

DOCUMENT_PART = 8_000
"""Characters of a document in one line: below the 16 KiB at which container runtimes split lines."""
REPORT_LIMIT = 4_096
"""Bytes that Kubernetes keeps of a termination message."""
MESSAGE_LIMIT = 1_024
NOTICE_LIMIT = 512
"""Characters of a message and of a notice."""

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


class Output:
    """JSON lines, hashed as they are written."""

    def __init__(self, stream: TextIO = sys.stdout, clock: Clock = utc_now) -> None:
        self._stream = stream
        self._clock = clock
        self._hash = hashlib.sha256()
        # The guard tells what it sees while the work tells what it does.
        self._writing = threading.Lock()
        self._notices: list[Notice] = []

    def event(self, event: str, **members: Any) -> None:
        """One line about something that happened. Members hold no literals of data and no password."""
        self._line({"time": self._clock().isoformat(timespec="milliseconds"), "event": event, **members})

    def progress(self, progress: Progress) -> None:
        """One line of progress; the operator shows the last one while the Job runs."""
        self._line({"progress": progress.model_dump(mode="json", by_alias=True)})

    def notice(self, reason: Reason, message: str, step: str = "") -> None:
        """One line that the operator keeps in the change's status and makes an Event of."""
        at = self._clock().strftime("%Y-%m-%dT%H:%M:%SZ")
        notice = Notice(at=at, reason=reason, message=cut(message, NOTICE_LIMIT), step=step)
        self._notices.append(notice)
        self._line({"notice": notice.model_dump(mode="json", by_alias=True)})

    def notices(self) -> tuple[Notice, ...]:
        """All notices so far."""
        return tuple(self._notices)

    def document(self, name: str, text: str) -> None:
        """A document in parts; the report carries its digest."""
        parts = [text[at : at + DOCUMENT_PART] for at in range(0, len(text), DOCUMENT_PART)]
        for number, part in enumerate(parts):
            self._line({"document": name, "part": number, "parts": len(parts), "text": part})

    def digest(self) -> str:
        """`sha256:…` of everything written so far."""
        return "sha256:" + self._hash.hexdigest()

    def _line(self, value: dict[str, Any]) -> None:
        line = json.dumps(value, ensure_ascii=False) + "\n"
        with self._writing:
            self._hash.update(line.encode())
            self._stream.write(line)
            self._stream.flush()


def write_report(report: RunReport, path: Path) -> None:
    """Write the report where Kubernetes picks it up, cut to what it keeps: the oldest notices go first."""
    short = report.model_copy(update={"message": cut(report.message, MESSAGE_LIMIT)})
    text = short.model_dump_json(by_alias=True, exclude_none=True)
    while len(text.encode()) > REPORT_LIMIT and short.notices:
        short = short.model_copy(update={"notices": short.notices[1:]})
        text = short.model_dump_json(by_alias=True, exclude_none=True)
    if len(text.encode()) > REPORT_LIMIT:
        raise ValueError(f"a report of {len(text.encode())} bytes does not fit into {REPORT_LIMIT}")
    path.write_text(text)


def cut(text: str, limit: int) -> str:
    """The text, or its beginning with a sign that something is missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
