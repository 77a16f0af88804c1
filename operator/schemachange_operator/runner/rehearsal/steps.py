"""Steps and their rollbacks in the throw-away database: as on the target, one statement an execute, but measured."""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import psycopg
from psycopg import errors, sql

from schemachange_operator.api.migration import Backfill
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.errors import ProcedureError, Stop, TryLater
from schemachange_operator.core.plan import LockHeld
from schemachange_operator.core.sql.redaction import redact
from schemachange_operator.core.sql.statement import Statement, read_statements, step_kind
from schemachange_operator.postgres import preflight
from schemachange_operator.postgres.backfill import run_batches
from schemachange_operator.postgres.quarantine import refuse_used
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.rehearsal.observation import LocksSeen, Observer, indexed, read_files, rewritten
from schemachange_operator.runner.rehearsal.reading import (
    RowsRead,
    Work,
    give_counts,
    log_position,
    rows_read,
    rows_read_by_all,
    scans,
)
from schemachange_operator.runner.rehearsal.server import LOGIN, SUPERUSER, connect
from schemachange_operator.runner.stopping import cancelled_on_stop, refuse_when_stopped
from schemachange_operator.runner.transaction import send

UNTOUCHED = "The target was not touched."
ALONE = {"max_parallel_maintenance_workers": "0", "max_parallel_workers_per_gather": "0"}
"""Helpers' rows would be counted elsewhere, and the target may have none to spare."""
AFTER_THE_CAUSE = f" {UNTOUCHED} Correct the change."


@dataclass(frozen=True)
class Measured:
    """What one statement did."""

    statement: Statement
    duration_milliseconds: float
    held: tuple[LockHeld, ...] = ()
    rewritten: tuple[str, ...] = ()
    indexed: tuple[str, ...] = ()
    """Tables that an index was built on."""
    work: Work = Work()


@dataclass(frozen=True)
class StepRun:
    """What one step did."""

    step: ContentStep
    statements: tuple[Measured, ...]
    duration_milliseconds: float
    rows: int = 0
    """Rows that a backfill filled."""


class RowsDoNotFit(Stop):
    """A constraint refused generated rows, which says nothing of the target's: the same is tried on empty tables."""


ABOUT_ROWS = (errors.CheckViolation, errors.UniqueViolation, errors.ForeignKeyViolation, errors.ExclusionViolation)
"""Not NOT NULL: rows that lack a value for a new column lack it on the target as well."""


class Stage:
    """The throw-away database, set for a change."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._request = environment.request

    def apply(self, step: ContentStep) -> StepRun:
        """Run a step. Raises Stop(RehearsalFailed), naming step and statement."""
        begin = time.monotonic()
        title = f"Step {step.name}"
        if step.backfill:
            rows = self._backfill(title, step.backfill)
            self._environment.output.event("rehearsed", step=step.name, rows=rows)
            return StepRun(step, (), _since(begin), rows)
        with closing(connect(self._environment, SUPERUSER)) as session:
            refuse_used(session, step, self._request.search_path)
        measured = self._run(title, read_statements(step.sql or ""))
        return StepRun(step, measured, sum(one.duration_milliseconds for one in measured))

    def undo(self, step: ContentStep) -> None:
        """Roll a step back, where something has to be. Raises Stop(RehearsalFailed)."""
        if step.undo.sql is not None:
            self._run(f"Rollback of step {step.name}", read_statements(step.undo.sql))

    def _backfill(self, title: str, backfill: Backfill) -> int:
        size = backfill.batch_size or self._request.policy.backfill.batch_size
        try:
            with closing(connect(self._environment, LOGIN)) as session, cancelled_on_stop(self._environment, session):
                self._become(session)
                rows = run_batches(session, backfill, size)
                give_counts(session)
                return rows
        except Stop as error:
            raise _refused(f"{title} (backfill)", error.message) from None
        except psycopg.Error as error:
            raise _failed(f"{title} (backfill)", error) from None

    def _become(self, session: Session) -> None:
        """For what opens its own transactions: the role and the search_path for the whole session."""
        schemas = sql.SQL(", ").join(map(sql.Identifier, self._request.search_path))
        session.execute(sql.SQL("SET search_path TO {}").format(schemas))
        session.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(self._request.migration_role)))

    def _run(self, title: str, statements: Sequence[Statement]) -> tuple[Measured, ...]:
        with (
            closing(connect(self._environment, LOGIN, **ALONE)) as session,
            closing(connect(self._environment, SUPERUSER)) as watching,
        ):
            if step_kind(statements) == "Single":
                return (self._single(title, session, watching, statements[0]),)
            return self._transaction(title, session, watching, statements)

    def _transaction(
        self, title: str, session: Session, watching: Session, statements: Sequence[Statement]
    ) -> tuple[Measured, ...]:
        measured = []
        observer = Observer(watching, session)
        files, locks = observer.begin(), LocksSeen()
        # A new session has read nothing.
        read: RowsRead = {}
        known, names = files, {row["relation"] for row in files.values()}
        session.execute("BEGIN")
        session.execute(preflight.become(self._request.migration_role))
        session.execute(preflight.search_path(self._request.search_path))
        for statement in statements:
            position = log_position(watching)
            begin = time.monotonic()
            self._send(title, session, statement)
            duration = _since(begin)
            wal, after = log_position(watching) - position, rows_read(session)
            work = Work(scans(known, read, after), wal)
            held, now = observer.look(), read_files(session)
            built = tuple(name for name in indexed(files, now) if name in names)
            measured.append(Measured(statement, duration, held.since(locks), rewritten(files, now), built, work))
            files, locks, read = files | now, held, after
        self._end(title, session)
        give_counts(session)
        return tuple(measured)

    def _end(self, title: str, session: Session) -> None:
        """COMMIT; deferred constraints speak up here."""
        try:
            session.execute("SET CONSTRAINTS ALL IMMEDIATE")
            session.execute("COMMIT")
        except psycopg.Error as error:
            raise _failed(f"{title}, COMMIT,", error) from None

    def _single(self, title: str, session: Session, watching: Session, statement: Statement) -> Measured:
        self._become(session)
        observer = Observer(watching, session)
        before = observer.begin()
        read, position = rows_read_by_all(watching, session), log_position(watching)
        names = [name.name for name in statement.relations]
        begin = time.monotonic()
        with closing(connect(self._environment, SUPERUSER)) as holding, observer.sampling(holding, names) as seen:
            self._send(title, session, statement)
        duration = _since(begin)
        now = read_files(session)
        work = Work(scans(before, read, rows_read_by_all(watching, session)), log_position(watching) - position)
        return Measured(statement, duration, seen.since(LocksSeen()), rewritten(before, now), indexed(before, now), work)

    def _send(self, title: str, session: Session, statement: Statement) -> None:
        refuse_when_stopped(self._environment, UNTOUCHED)
        self._environment.output.event(
            "rehearse", title=title, number=statement.number, kind=statement.kind, text=redact(statement.text)[:2_000]
        )
        try:
            with cancelled_on_stop(self._environment, session):
                send(session, statement)
        except psycopg.Error as error:
            where = f"{title}, statement {statement.number} (line {statement.line}, {statement.kind}),"
            raise _failed(where, error) from None


def _failed(where: str, error: psycopg.Error) -> ProcedureError:
    """What PostgreSQL said, as a refusal; a server that went away is tried again."""
    if isinstance(error, psycopg.OperationalError) and (not error.sqlstate or error.sqlstate.startswith("57P")):
        return TryLater(
            Reason.REHEARSAL_FAILED,
            f"{where} lost the throw-away server: {primary(error)}. {UNTOUCHED}"
            " If it comes again: raise spec.rehearsal.memory of the PostgresDatabase.",
        )
    return _refused(where, primary(error), RowsDoNotFit if isinstance(error, ABOUT_ROWS) else Stop)


def _refused(where: str, what: str, kind: type[Stop] = Stop) -> Stop:
    return kind(
        Reason.REHEARSAL_FAILED,
        f"{where} failed in the throw-away database: {what.rstrip('.')}.{AFTER_THE_CAUSE}",
    )


def _since(begin: float) -> float:
    return round((time.monotonic() - begin) * 1000, 1)
