"""What is read from logs: documents in parts, the last progress, the end of a failed test's output. Parsing is pure."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from schemachange_operator.api.status import Notice, Progress
from schemachange_operator.core.digest import text_digest

TAIL_LINES = 30
TAIL_BYTES = 2_048


class DocumentLost(Exception):
    """The log does not hold the document that the report speaks of."""


def document(log: str, name: str, digest: str) -> str:
    """A document put together from its parts. Raises DocumentLost where a part is missing or the digest is another."""
    parts: dict[int, str] = {}
    wanted = None
    for line in _lines(log):
        if line.get("document") == name:
            parts[line["part"]] = line["text"]
            wanted = line["parts"]
    if wanted is None or set(parts) != set(range(wanted)):
        raise DocumentLost(f"{len(parts)} of {wanted or 'no'} parts of document {name} are in the log")
    text = "".join(parts[number] for number in range(wanted))
    if text_digest(text) != digest:
        raise DocumentLost(f"document {name} has {text_digest(text)}, the report says {digest}")
    return text


def last_progress(log: str) -> Progress | None:
    """The last progress in the end of a log."""
    found = None
    for line in _lines(log):
        if "progress" in line:
            found = line["progress"]
    try:
        return Progress.model_validate(found) if found else None
    except ValidationError:
        return None


def notices(log: str) -> tuple[Notice, ...]:
    """All notices in the end of a log."""
    found = []
    for line in _lines(log):
        with suppress(ValidationError):
            if "notice" in line:
                found.append(Notice.model_validate(line["notice"]))
    return tuple(found)


def tail(log: str) -> str:
    """The last lines, within a bound of bytes."""
    lines = "\n".join(log.splitlines()[-TAIL_LINES:])
    return lines.encode()[-TAIL_BYTES:].decode(errors="ignore").strip()


def _lines(log: str) -> Iterator[dict[str, Any]]:
    """Lines that are JSON objects; a program beside the runner may write others."""
    for line in log.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value
