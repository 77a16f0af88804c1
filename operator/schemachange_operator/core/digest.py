"""SHA-256 over values, the same each time."""

import hashlib
import json
from typing import Any


def canonical(value: Any) -> str:
    """JSON with sorted keys and no white space: one text for one value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    """`sha256:` and 64 hex digits of a JSON-like value."""
    return text_digest(canonical(value))


def text_digest(text: str) -> str:
    """`sha256:` and 64 hex digits of a text."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def short(digest_text: str, length: int = 12) -> str:
    """The first digits, for names and for people."""
    return digest_text.removeprefix("sha256:")[:length]
