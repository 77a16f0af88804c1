"""`python -m schemachange_operator run <command>`: one command, one report, one exit code."""

import importlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import psycopg

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import ProcedureError, Stop
from schemachange_operator.core.task import RunReport
from schemachange_operator.postgres.sqlstate import reason_of
from schemachange_operator.runner import answers
from schemachange_operator.runner.environment import Environment, Folders, load
from schemachange_operator.runner.output import Output, write_report

COMMANDS = {
    "analyse": "schemachange_operator.runner.analyse:analyse",
    "rehearse": "schemachange_operator.runner.rehearse:rehearse",
    "test-apply": "schemachange_operator.runner.test_apply:test_apply",
    "test-rollback": "schemachange_operator.runner.test_rollback:test_rollback",
    "backup": "schemachange_operator.runner.backup:backup",
    "prove": "schemachange_operator.runner.prove:prove",
    "apply": "schemachange_operator.runner.apply:apply",
    "backfill": "schemachange_operator.runner.backfill:backfill",
    "verify": "schemachange_operator.runner.verify:verify",
    "rollback": "schemachange_operator.runner.rollback:rollback",
}
"""Command to the function that carries it out; loaded when it is wanted, so that a container reads only what it needs."""

EXIT_CODES = {"Done": 0, "Retry": 75, "Failed": 65}
"""As sysexits.h names them: EX_TEMPFAIL, EX_DATAERR."""
USAGE = 64

CommandFunction = Callable[[Environment], RunReport]


def main(arguments: Sequence[str], variables: Mapping[str, str] = os.environ, folders: Folders | None = None) -> int:
    """Run the command that the arguments name. Answers the exit code: 0 done, 75 try again, 65 never, 64 no such command."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        sys.stderr.write(f"usage: run {'|'.join(COMMANDS)}\n")
        return USAGE
    folders, output = folders or Folders(), Output()
    report = _reported(arguments[0], variables, folders, output)
    output.event("report", outcome=report.outcome, reason=report.reason, message=report.message)
    last = {"log_digest": output.digest(), "notices": output.notices()}
    write_report(report.model_copy(update=last), folders.report)
    return EXIT_CODES[report.outcome]


def _reported(command: str, variables: Mapping[str, str], folders: Folders, output: Output) -> RunReport:
    step = ""
    try:
        environment = load(variables, folders, output)
        step = environment.request.step
        signal.signal(signal.SIGTERM, lambda *_: environment.stop.set())
        output.event("begin", command=command, step=step, attempt=environment.request.attempt)
        return _function(command)(environment)
    except ProcedureError as error:
        return answers.refused(error, step=step)
    except psycopg.Error as error:
        return answers.refused(reason_of(error), step=step)
    except Exception as error:
        return answers.refused(_unknown(error, output), step=step)


def _function(command: str) -> CommandFunction:
    module, _, name = COMMANDS[command].partition(":")
    return cast("CommandFunction", getattr(importlib.import_module(module), name))


def _unknown(error: Exception, output: Output) -> ProcedureError:
    """Neither the message nor the values of an error that nobody foresaw are known to be free of data."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    output.event("unknown_error", error=type(error).__name__, where=where)
    return Stop(
        Reason.INTERNAL_ERROR,
        f"The runner met {type(error).__name__}, which it does not know; its log says where."
        " What was being done in a transaction is undone. Report it; set spec.retry to try again.",
    )
