"""PostgreSQL: one backend is killed, which makes the server recover; an immediate shutdown and a start."""

import os
import signal
from contextlib import suppress

import psycopg

from campaign.faults.fault import Fault
from campaign.proxy import Link
from campaign.stage import Stage


def kill_backend(stage: Stage, link: Link | None) -> None:
    """SIGKILL of the backend that does the work; the server ends all others and recovers."""
    pid = link.backend if link else 0
    if not pid:
        with stage.superuser() as session:
            row = session.execute(
                "SELECT min(pid) FROM pg_stat_activity WHERE application_name ~ '^schemachange/'"
            ).fetchone()
            pid = row[0] if row and row[0] else session.info.backend_pid
            kill(pid)
        return
    kill(pid)


def kill(pid: int) -> None:
    """It may have ended by itself."""
    with suppress(ProcessLookupError, psycopg.Error):
        os.kill(pid, signal.SIGKILL)


def restart(stage: Stage, _: Link | None) -> None:
    """Without a checkpoint, as after a crash."""
    stage.server.stop_at_once()
    stage.server.start()


FAULTS = {"kill-backend": Fault(kill_backend), "immediate-shutdown": Fault(restart)}
