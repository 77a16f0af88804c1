"""`schg`: parse the arguments, plan, print, answer with an exit code."""

import gc
import os
import signal
import sys
import traceback
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple

from schemachange_operator.command import arguments
from schemachange_operator.command.errors import Exit, Interrupted, UsageError
from schemachange_operator.command.explain import explain
from schemachange_operator.command.findings import UNREADABLE
from schemachange_operator.command.formats.github import github
from schemachange_operator.command.formats.markdown import markdown
from schemachange_operator.command.formats.sarif import sarif
from schemachange_operator.command.history import history
from schemachange_operator.command.planner import make_report
from schemachange_operator.command.reading import read_sources
from schemachange_operator.command.report import RANK, PlanReport
from schemachange_operator.core.errors import ProcedureError
from schemachange_operator.core.page.escaping import printable
from schemachange_operator.core.sql.grammar import remember

FORMATS: dict[str, Callable[[PlanReport], str]] = {
    "markdown": markdown,
    "json": PlanReport.text,
    "sarif": sarif,
    "github": github,
}
SIGNALLED = 128
"""What shells add to a signal's number."""


def main(words: Sequence[str] | None = None) -> int:
    """Run the command. Answers the exit code."""
    # Trees of thousands of statements are no garbage; looking through them again and again takes a third of the time.
    gc.set_threshold(200_000, 20, 100)
    remember(20_000)
    given = arguments.parse(sys.argv[1:] if words is None else words)
    try:
        with _interruptible():
            answer = COMMANDS[given.command](given)
    except UsageError as error:
        sys.stderr.write(f"schg {given.command}: {error}\n")
        return Exit.USAGE
    except ProcedureError as error:
        sys.stderr.write(f"schg {given.command}: {error.message}\n")
        return Exit.DATABASE
    except Interrupted as error:
        return SIGNALLED + int(error.args[0])
    except Exception as error:
        return _unknown(error)
    _print(answer.text)
    for complaint in answer.complaints:
        _complain(complaint)
    return answer.code


class _Answer(NamedTuple):
    text: str
    code: int
    complaints: tuple[str, ...] = ()


def _plan(given: Namespace) -> _Answer:
    report = make_report(read_sources(given.files, given.rollback), arguments.wishes(given))
    failures = (f"schg plan: {one.change}: {one.failure}" for one in report.plans if one.failure)
    unreadable = ((one.place, one.message) for one in report.findings if one.rule in UNREADABLE)
    places = (f"{place.file}:{place.line}:{place.column}: {message}" for place, message in unreadable)
    return _Answer(FORMATS[given.output](report), exit_code(report, given.fail_on), (*failures, *places))


def _history(given: Namespace) -> _Answer:
    return _Answer(*history(given))


def _explain(given: Namespace) -> _Answer:
    return _Answer(explain(given), Exit.GOOD)


COMMANDS: dict[str, Callable[[Namespace], _Answer]] = {"plan": _plan, "history": _history, "explain": _explain}


def exit_code(report: PlanReport, fail_on: str) -> Exit:
    """What cannot be read goes before what could not be tried, and that before what was found."""
    if any(finding.rule in UNREADABLE for finding in report.findings):
        return Exit.UNREADABLE
    if any(one.failure for one in report.plans):
        return Exit.DATABASE
    limit = next(rank for severity, rank in RANK.items() if severity.lower() == fail_on)
    return (
        Exit.FINDINGS
        if any(RANK[finding.severity] >= limit and not finding.waived for finding in report.findings)
        else Exit.GOOD
    )


def _complain(text: str) -> None:
    """Names and SQL of others must not speak to the terminal."""
    sys.stderr.write(f"{printable(text)}\n")


def _print(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # `| head` has seen enough; what Python flushes at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _interruptible() -> Iterator[None]:
    """Raise Interrupted on the first signal; further ones do not disturb the cleaning up."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(number: int, _: FrameType | None) -> None:
        for one in signals:
            signal.signal(one, signal.SIG_IGN)
        raise Interrupted(number)

    before = {one: signal.signal(one, interrupt) for one in signals}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _unknown(error: Exception) -> int:
    """Neither the message nor the values of an error that nobody foresaw are known to be free of data."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    sys.stderr.write(f"schg: met {type(error).__name__}, which it does not know, at {where}; report it\n")
    return Exit.INTERNAL
