"""`schg history`: what was done to a database, from its own ledger, and whether that ledger is whole."""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass

import psycopg

from schemachange_operator.api.reason import Reason
from schemachange_operator.command.address import read_url
from schemachange_operator.command.errors import Exit, UsageError
from schemachange_operator.core.errors import Stop
from schemachange_operator.postgres import ledger
from schemachange_operator.postgres.ledger_history import Entry, Fault, check, read_history
from schemachange_operator.postgres.session import Session, connect
from schemachange_operator.postgres.sqlstate import translated

APPLICATION_NAME = "schg history"
EPILOG = """exit code:
  0   told; with --check: every entry and every row is as it was written
  1   --check found something that is not
  3   wrong usage
  4   the database cannot be reached, or has no ledger
"""


@dataclass(frozen=True)
class History:
    """What the ledger tells."""

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...] | None
    """None: nobody asked."""


def add_history(history: argparse.ArgumentParser) -> None:
    """The arguments of `schg history`."""
    add = history.add_argument
    add("--database", metavar="URL", required=True, help="postgresql://USER@HOST/DATABASE; password as libpq finds it")
    add("--change", metavar="NAMESPACE/NAME", default="", help="one change only (default: all)")
    add("--output", choices=("markdown", "json"), default="markdown", help="default: markdown")
    add("--check", action="store_true", help="hash the chain again and compare each row of the ledger with it")


def history(given: argparse.Namespace) -> tuple[str, Exit]:
    """The text to print, and the exit code. Raises UsageError, TryLater or Stop."""
    namespace, slash, name = given.change.partition("/")
    if given.change and not (namespace and slash and name):
        raise UsageError("--change is NAMESPACE/NAME")
    connection, credentials = read_url(given.database)
    with translated(), closing(connect(connection, credentials, APPLICATION_NAME, read_only=True)) as session:
        _check_ledger(session)
        with session.transaction():
            # One moment for entries and rows, while runners go on writing.
            session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            told = History(read_history(session, namespace or None, name or None), check(session) if given.check else None)
    return FORMATS[given.output](told), Exit.FINDINGS if told.faults else Exit.GOOD


def _check_ledger(session: Session) -> None:
    try:
        version = ledger.version(session) if ledger.installed(session) else 0
    except psycopg.errors.InsufficientPrivilege:
        raise Stop(
            Reason.PERMISSION_MISSING,
            f"{session.info.user} may not read the ledger (schema schemachange). Log in as the role that owns it.",
        ) from None
    if not version:
        raise Stop(Reason.SERVER_UNSUPPORTED, "The database has no ledger: no change was ever applied to it.")
    if version == 1:
        raise Stop(
            Reason.SERVER_UNSUPPORTED,
            "The database's ledger has version 1, which keeps no history. The next change brings it to a newer one.",
        )


def _json(told: History) -> str:
    faults = None if told.faults is None else [fault.sentence() for fault in told.faults]
    return json.dumps({"entries": [asdict(one) for one in told.entries], "faults": faults}, default=str, indent=2) + "\n"


def _markdown(told: History) -> str:
    return "\n".join((*_table(told.entries), *_verdict(told.faults))) + "\n"


def _table(entries: Sequence[Entry]) -> Iterator[str]:
    yield from ("| # | When | Event | Change | Step | What | By |", "|---|---|---|---|---|---|---|")
    for one in entries:
        change = f"{one.namespace}/{one.name}" if one.name else ""
        cells = (
            str(one.sequence),
            f"{one.written_at:%Y-%m-%d %H:%M:%S}Z",
            one.event,
            change,
            one.step,
            _what(one),
            _by(one),
        )
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|').replace(chr(10), ' ') for cell in cells)} |"


def _what(one: Entry) -> str:
    row = one.row
    if one.event == "StatementRun":
        return f"{row['text']} ({row['duration_milliseconds']:.0f} ms)"
    if one.event == "RunnerBegan":
        return f"{row['application_name']}, server {row['system_identifier']}, timeline {row['timeline']}"
    return str(row.get("outcome") or "")


def _by(one: Entry) -> str:
    return f"{one.by}, by hand" if one.by_hand else one.by


def _verdict(faults: Sequence[Fault] | None) -> Iterator[str]:
    if faults is None:
        return
    yield ""
    if not faults:
        yield "**Whole**: every entry has its digest and follows the one before; every row is as its last entry says."
        return
    yield "**Not whole**: the ledger is not as it was written."
    yield ""
    yield from (f"- {fault.sentence()}" for fault in faults)


FORMATS: dict[str, Callable[[History], str]] = {"markdown": _markdown, "json": _json}
