"""What a fault met, as observed: from the container that ran and the requests that it had made by then."""

import re
from collections.abc import Sequence

from campaign import wire

CALLED = {
    "backup": "backup",
    "prove": "proof of the backup",
    "verify": "verify",
    "backfill": "backfill",
    "rollback": "rollback",
}
INTENT = re.compile(r"VALUES \([^)]*'Intent'")
BETWEEN = "between two containers"


def phase(command: str, place: str, text: str, earlier: Sequence[str], statements: Sequence[str]) -> str:
    """In words. `earlier` are the container's requests before this one, `statements` those of the change itself."""
    if not command:
        return BETWEEN
    if text == wire.CONNECT:
        return "connecting"
    if command in CALLED:
        return CALLED[command] + (" (COMMIT)" if text == "COMMIT" else "")
    return _in_apply(place, text, earlier, statements)


def _in_apply(place: str, text: str, earlier: Sequence[str], statements: Sequence[str]) -> str:
    ran = [number for number, one in enumerate(earlier) if is_one_of(one, statements)]
    if is_one_of(text, statements):
        return "before the statement" if place == "before" else "in the statement"
    if not ran:
        return "after the intent" if any(INTENT.search(one) for one in earlier) else "getting ready"
    if text == "COMMIT":
        return "answer of COMMIT" if place == "after" else "at COMMIT"
    return "after COMMIT" if "COMMIT" in earlier[ran[-1] :] else "between statement and COMMIT"


def is_one_of(text: str, statements: Sequence[str]) -> bool:
    """Whether a request is a statement of the change."""
    return " ".join(text.split()).rstrip(";") in statements
