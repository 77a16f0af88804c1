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
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.rehearsal.observation import LocksSeen, Observer, read_files, rewritten
from schemachange_operator.runner.rehearsal.server import LOGIN, SUPERUSER, connect
from schemachange_operator.runner.stopping import cancelled_on_stop, refuse_when_stopped
from schemachange_operator.runner.transaction import send

UNTOUCHED = "The target was not touched."
AFTER_THE_CAUSE = f" {UNTOUCHED} Correct the change."


@dataclass(frozen=True)
class Measured:
    """What one statement did."""

    statement: Statement
    duration_milliseconds: float
    held: tuple[LockHeld, ...] = ()
    rewritten: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepRun:
    """What one step did."""

    step: ContentStep
    statements: tuple[Measured, ...]
    duration_milliseconds: float


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
            measured: tuple[Measured, ...] = ()
        else:
            measured = self._run(title, read_statements(step.sql or ""))
        return StepRun(step, measured, _since(begin))

    def undo(self, step: ContentStep) -> None:
        """Roll a step back, where something has to be. Raises Stop(RehearsalFailed)."""
        if step.undo.sql is not None:
            self._run(f"Rollback of step {step.name}", read_statements(step.undo.sql))

    def _backfill(self, title: str, backfill: Backfill) -> int:
        size = backfill.batch_size or self._request.policy.backfill.batch_size
        try:
            with closing(connect(self._environment, LOGIN)) as session, cancelled_on_stop(self._environment, session):
                self._become(session)
                return run_batches(session, backfill, size)
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
            closing(connect(self._environment, LOGIN)) as session,
            closing(connect(self._environment, SUPERUSER)) as watching,
        ):
            observer = Observer(watching, session)
            if step_kind(statements) == "Single":
                return (self._single(title, session, observer, statements[0]),)
            return self._transaction(title, session, observer, statements)

    def _transaction(
        self, title: str, session: Session, observer: Observer, statements: Sequence[Statement]
    ) -> tuple[Measured, ...]:
        measured = []
        files, locks = observer.begin(), LocksSeen()
        session.execute("BEGIN")
        session.execute(preflight.become(self._request.migration_role))
        session.execute(preflight.search_path(self._request.search_path))
        for statement in statements:
            begin = time.monotonic()
            self._send(title, session, statement)
            duration = _since(begin)
            held, now = observer.look(), read_files(session)
            measured.append(Measured(statement, duration, held.since(locks), rewritten(files, now)))
            files, locks = files | now, held
        self._end(title, session)
        return tuple(measured)

    def _end(self, title: str, session: Session) -> None:
        """COMMIT; deferred constraints speak up here."""
        try:
            session.execute("SET CONSTRAINTS ALL IMMEDIATE")
            session.execute("COMMIT")
        except psycopg.Error as error:
            raise _failed(f"{title}, COMMIT,", error) from None

    def _single(self, title: str, session: Session, observer: Observer, statement: Statement) -> Measured:
        self._become(session)
        before = observer.begin()
        begin = time.monotonic()
        names = [name.name for name in statement.relations]
        with closing(connect(self._environment, SUPERUSER)) as holding, observer.sampling(holding, names) as seen:
            self._send(title, session, statement)
        duration = _since(begin)
        return Measured(statement, duration, seen.since(LocksSeen()), rewritten(before, read_files(session)))

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
