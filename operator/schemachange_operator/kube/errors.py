"""What a call to the API server can end with. Foreign errors are translated once, in client.py, by `error_for`.

ApiError
  NotFound         404
  AlreadyExists    409, an object of that name is there
  Conflict         409, the object has changed since it was read
  Forbidden        403
  Invalid          400, 413, 422, and every other refusal: asking again gives the same answer
  Unavailable      no answer, 401, 408, 410, 429, 5xx: asking again later may help
"""

import json


class ApiError(Exception):
    """The API server did not do what it was asked. `status` is the HTTP status, 0 without an answer."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


class NotFound(ApiError):
    """The object does not exist."""


class AlreadyExists(ApiError):
    """An object of that name exists."""


class Conflict(ApiError):
    """The object has changed since it was read: read it again."""


class Forbidden(ApiError):
    """The operator's service account lacks a right, or an admission policy refuses."""


class Invalid(ApiError):
    """The request is wrong; it will not be right later."""


class Unavailable(ApiError):
    """No answer, or none for now. `retry_after` is what the server asks for, in seconds, where it does."""

    def __init__(self, message: str, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(message, status)
        self.retry_after = retry_after


BY_STATUS: dict[int, type[ApiError]] = {404: NotFound, 403: Forbidden}
# 401 comes while a token is being rotated or a control plane starts; 410 says that a list's continuation is too old.
TEMPORARY = (401, 408, 410, 429)


def error_for(status: int, body: str, what: str, retry_after: str | None = None) -> ApiError:
    """The error for an answer that is not 2xx. `what` says what was asked, for people."""
    reason, detail = _status_object(body)
    message = f"{what}: {status} {reason} {detail}".strip()[:1_000]
    if status in TEMPORARY or status >= 500:
        return Unavailable(message, status, _seconds(retry_after))
    if status == 409:
        return AlreadyExists(message, status) if reason == "AlreadyExists" else Conflict(message, status)
    return BY_STATUS.get(status, Invalid)(message, status)


def _status_object(body: str) -> tuple[str, str]:
    """Reason and message of a Status object; the beginning of the body where it is none."""
    try:
        status = json.loads(body)
        return str(status.get("reason", "")), str(status.get("message", ""))
    except (ValueError, AttributeError):
        return "", body[:200]


def _seconds(text: str | None) -> float | None:
    """Retry-After as the API server writes it: whole seconds."""
    return float(text) if text and text.isdigit() else None
