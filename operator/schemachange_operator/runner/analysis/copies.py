"""Rows of the target for a rehearsal, where the policy asks for them: only ever read, into files that the rehearsal removes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import errors, sql

from schemachange_operator.api.base import Model
from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.errors import Stop
from schemachange_operator.postgres import preflight
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.sampling import Places, at, identifier, sample
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary
from schemachange_operator.runner.analysis.facts import Facts, write_model
from schemachange_operator.runner.environment import Environment

COPIES = "rows.json"
MEBIBYTE = 2**20
STATEMENT_TIMEOUT = "60s"
"""For each statement that reads rows: no long snapshot on the target for the sake of a rehearsal."""
UNTOUCHED = "Nothing was touched."


class Copy(Model):
    """One table's rows in a file."""

    relation: str
    """schema.name"""
    columns: tuple[str, ...]
    file: str
    """Its name in the work folder."""
    rows: int


class Copies(Model):
    """All of them, and where they are from: Sample or Clone."""

    source: str
    tables: tuple[Copy, ...]


def copied_source(environment: Environment) -> str:
    """Generated, Sample or Clone. The application's tests always get generated rows: the end of their log is shown."""
    return environment.request.policy.rehearsal.source if environment.request.task == Task.PLAN else "Generated"


def copy_rows(environment: Environment, session: Session, facts: Facts) -> None:
    """Leave rows of the touched tables, and all that they refer to, in the work folder, where the policy says so.

    Raises Stop(RowsNotCopied) where there are too many, or they cannot be read.
    """
    source, rules = copied_source(environment), environment.request.policy.rehearsal
    if source == "Generated":
        return
    with session.transaction(), _refusals():
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        found = session.execute(query("rows_tables"), {"relations": list(facts.relations)}).fetchall()
        names = {"relations": [row["relation"] for row in found]}
        tables = session.execute(query("rows_copied_tables"), names).fetchall()
        if source == "Clone":
            _refuse_large(sum(table["bytes"] for table in tables), rules.copy_mebibytes)
        session.execute(preflight.become(environment.request.migration_role))
        session.execute(sql.SQL("SET LOCAL statement_timeout = {}").format(sql.Literal(STATEMENT_TIMEOUT)))
        # A policy that hides rows is an error then, and not fewer rows.
        session.execute("SET LOCAL row_security = off")
        places = sample(session, tables, facts.relations, rules.rows) if source == "Sample" else None
        copies, left = [], rules.copy_mebibytes * MEBIBYTE
        for number, table in enumerate(tables):
            file = environment.folders.work / f"rows.{number}"
            written, rows = _write(session, table["relation"], table["columns"] or [], places, file, left)
            left -= written
            copies.append(Copy(relation=table["relation"], columns=tuple(table["columns"] or ()), file=file.name, rows=rows))
            if left < 0:
                _refuse_large(rules.copy_mebibytes * MEBIBYTE - left, rules.copy_mebibytes)
    write_model(environment.folders.work, COPIES, Copies(source=source, tables=tuple(copies)))
    environment.output.event("rows_copied", source=source, rows={one.relation: one.rows for one in copies})


def _write(
    session: Session, relation: str, columns: list[str], places: Places | None, file: Path, room: int
) -> tuple[int, int]:
    """Bytes and rows that went into the file; it ends early once there is no room left."""
    where = sql.SQL("") if places is None else sql.SQL(" WHERE {}").format(at("t", places.get(relation, set())))
    named = sql.SQL(", ").join(sql.Identifier("t", column) for column in columns)
    select = sql.SQL("SELECT {} FROM ONLY {} t{}").format(named, identifier(relation), where)
    written = 0
    with session.cursor() as cursor, file.open("wb") as out:
        file.chmod(0o600)
        with cursor.copy(sql.SQL("COPY ({}) TO STDOUT").format(select)) as copying:
            for data in copying:
                # Read to the end all the same: to stop in the middle would be an error of the connection.
                if written <= room:
                    out.write(data)
                written += len(data)
        return written, cursor.rowcount


def _refuse_large(size: int, limit: int) -> None:
    if size > limit * MEBIBYTE:
        raise Stop(
            Reason.ROWS_NOT_COPIED,
            f"The rows for the rehearsal take {size / MEBIBYTE:.0f} MiB, and at most {limit} MiB may be copied. {UNTOUCHED}"
            " Raise spec.rehearsal.copyMebibytes of the SchemaPolicy, or set its source to Sample with fewer rows, or to Generated.",
        )


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except errors.QueryCanceled:
        raise Stop(
            Reason.ROWS_NOT_COPIED,
            f"Reading rows for the rehearsal took longer than {STATEMENT_TIMEOUT}. {UNTOUCHED}"
            " Set spec.rehearsal.source of the SchemaPolicy to Generated, or to Sample with fewer rows.",
        ) from None
    except (errors.InsufficientPrivilege, errors.FeatureNotSupported) as error:
        raise _unreadable(error) from None


def _unreadable(error: psycopg.Error) -> Stop:
    return Stop(
        Reason.ROWS_NOT_COPIED,
        f"The rows for the rehearsal could not be read as the migration role: {primary(error)}. {UNTOUCHED}"
        " Grant it SELECT on the tables touched and on those that they refer to, or set spec.rehearsal.source to Generated.",
    )
