"""Vacuum between shares of the table: rows that are filled leave dead ones behind, whose room the next ones can take."""

import time
from contextlib import closing

import psycopg
from psycopg import errors, sql

from schemachange_operator.postgres import ledger_runner
from schemachange_operator.postgres.backfill_table import BackfillTable
from schemachange_operator.postgres.probes import identifier
from schemachange_operator.postgres.sqlstate import primary
from schemachange_operator.runner.stopping import cancelled_on_stop
from schemachange_operator.runner.target import Target

FEWEST = 50_000
"""Rows for which a vacuum is not worth its while."""
OPTIONS = "INDEX_CLEANUP ON, TRUNCATE OFF, SKIP_LOCKED, PARALLEL 0"
"""Never a strong lock, never in the way of another vacuum, and one processor."""


class Tidying:
    """Vacuums the table as the migration role each time that a share of its rows is filled."""

    def __init__(self, target: Target, table: BackfillTable, total: int, done: int) -> None:
        self._target = target
        self._table = table
        percent = target.environment.request.policy.backfill.vacuum_percent
        self._share = max(total * percent // 100, FEWEST) if percent else 0
        self._last = done

    def after(self, done: int) -> None:
        """Vacuum if it is time to, with so many rows filled by now. Raises TryLater(Stopped)."""
        if not self._share or done - self._last < self._share:
            return
        self._last = done
        began = time.monotonic()
        complaints = self._vacuum()
        milliseconds = round((time.monotonic() - began) * 1000)
        self._target.environment.output.event("vacuumed", milliseconds=milliseconds, complaints=complaints)
        if complaints:
            # A right that is missing now is missing the next time too.
            self._share = 0

    def _vacuum(self) -> list[str]:
        environment = self._target.environment
        complaints: list[str] = []
        settings = {ledger_runner.SETTING: "", "statement_timeout": "0"}
        with closing(self._target.fresh_session(settings)) as session:
            session.add_notice_handler(lambda notice: _note(complaints, notice))
            become = sql.SQL("SET ROLE {}").format(sql.Identifier(environment.request.migration_role))
            vacuum = sql.SQL("VACUUM ({}) {}").format(sql.SQL(OPTIONS), identifier(self._table.name))
            try:
                with cancelled_on_stop(environment, session):
                    session.execute(become)
                    session.execute(vacuum)
            except psycopg.Error as error:
                complaints.append(primary(error))
        return complaints


def _note(complaints: list[str], notice: psycopg.errors.Diagnostic) -> None:
    # Another vacuum is at it just now: not to be complained of.
    if notice.sqlstate != errors.LockNotAvailable.sqlstate:
        complaints.append(notice.message_primary or "")
