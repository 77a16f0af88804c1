"""A wish to stop reaches a statement that is running."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import TryLater
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner.environment import Environment

POLL = 0.1
"""Seconds between two looks at the wish to stop."""


@contextmanager
def cancelled_on_stop(environment: Environment, session: Session) -> Iterator[None]:
    """Cancel what the session runs inside the block as soon as a stop is asked for.

    Raises TryLater(Stopped) when it was; the caller rolls back.
    """
    ended = threading.Event()
    canceller = threading.Thread(target=_cancel, args=(environment, session, ended), name="canceller", daemon=True)
    canceller.start()
    try:
        yield
    except errors.QueryCanceled:
        if environment.stop.is_set():
            raise TryLater(Reason.STOPPED, "Asked to stop: the running statement was cancelled.") from None
        raise
    finally:
        ended.set()
        canceller.join()


def _cancel(environment: Environment, session: Session, ended: threading.Event) -> None:
    while not ended.wait(POLL):
        if environment.stop.is_set():
            # Again and again: a cancel request that arrives between two statements is lost.
            try:
                session.cancel_safe(timeout=5)
            except psycopg.Error:
                return


def refuse_when_stopped(environment: Environment, state: str) -> None:
    """Raise TryLater(Stopped) when a stop was asked for; `state` is a sentence on how things stand."""
    if environment.stop.is_set():
        raise TryLater(Reason.STOPPED, f"Asked to stop. {state}")
