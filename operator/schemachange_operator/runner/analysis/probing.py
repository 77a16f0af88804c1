"""Puts the questions that a change raises to the target's rows: read-only, one short transaction each, within limits."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
from psycopg import errors

from schemachange_operator.core.plan import Probe
from schemachange_operator.core.probes.question import Question, Unaskable
from schemachange_operator.core.task import RunRequest
from schemachange_operator.postgres import preflight
from schemachange_operator.postgres.data_probes import Answerable, counted, violations
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner.environment import Environment

LOCK_MILLISECONDS = 500
"""A probe takes ACCESS SHARE: it must not stand in a queue behind somebody's ALTER TABLE for long."""
ALL_PROBES = timedelta(minutes=5)
"""All questions of a change together."""

REFUSED = (psycopg.DataError, psycopg.IntegrityError)
"""What the server says when a row's value does not fit."""


def ask(environment: Environment, session: Session, questions: tuple[Question, ...]) -> tuple[Probe, ...]:
    """The answers, in the questions' order."""
    until = environment.clock() + ALL_PROBES
    return tuple(_answers(environment, session, questions, until.timestamp()))


def _answers(environment: Environment, session: Session, questions: tuple[Question, ...], until: float) -> Iterator[Probe]:
    for question in questions:
        if isinstance(question.ask, Unaskable):
            yield _not_asked(question, question.ask.why)
        elif environment.stop.is_set() or environment.clock().timestamp() > until:
            yield _not_asked(question, "the time for questions to the data was used up")
        else:
            yield _answer(environment.request, session, question, question.ask)


def _answer(request: RunRequest, session: Session, question: Question, ask: Answerable) -> Probe:
    limits = request.policy.probes
    try:
        with session.transaction(force_rollback=True):
            _enter(session, request, limits.timeout_seconds * 1000)
            cost = _cost(session, question, ask)
            if cost > limits.max_cost:
                return _not_asked(question, f"it would cost {cost:,.0f}, and the policy's limit is {limits.max_cost:,}")
            row = session.execute(counted(question.relation, ask)).fetchone()
            return _answered(question, row["rows"] if row else 0)
    except REFUSED:
        # Neither message nor code are kept: both may tell of the value.
        return _answered(question, 1)
    except errors.QueryCanceled:
        return _not_asked(question, f"it took longer than the {limits.timeout_seconds} s that the policy gives it")
    except errors.LockNotAvailable:
        return _not_asked(question, "another session holds the table")
    except errors.InsufficientPrivilege:
        return _not_asked(question, "the login may not read all of its rows")
    except psycopg.errors.DatabaseError as error:
        if session.closed or error.sqlstate is None:
            raise
        return _not_asked(question, f"the server does not take it before the change is applied (SQLSTATE {error.sqlstate})")


def _enter(session: Session, request: RunRequest, milliseconds: int) -> None:
    """Read-only, as the migration role where the login may become it, and as nobody whose rows are hidden."""
    session.execute("SET TRANSACTION READ ONLY")
    if preflight.may_become(session, request.migration_role):
        session.execute(preflight.become(request.migration_role))
    session.execute(preflight.search_path(request.search_path))
    session.execute(preflight.timeouts(LOCK_MILLISECONDS, milliseconds))
    session.execute(query("probe_settings"))


def _cost(session: Session, question: Question, ask: Answerable) -> float:
    """What reading all of it would cost: with its limit it would look cheap wherever many violations are expected."""
    row = session.execute(psycopg.sql.SQL("EXPLAIN (FORMAT JSON) {}").format(violations(question.relation, ask))).fetchone()
    return float(row["QUERY PLAN"][0]["Plan"]["Total Cost"]) if row else 0.0


def _answered(question: Question, rows: int) -> Probe:
    return Probe(
        step=question.step,
        statement=question.statement,
        relation=question.relation,
        question=question.words,
        answer="Violated" if rows else "Fits",
        rows=rows,
        reason=question.unsure if rows else "",
    )


def _not_asked(question: Question, why: str) -> Probe:
    return Probe(
        step=question.step,
        statement=question.statement,
        relation=question.relation,
        question=question.words,
        answer="NotAsked",
        reason=why,
    )
