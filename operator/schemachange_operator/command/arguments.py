"""The command line: what can be said, and what is wrong with it."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import yaml
from pydantic import ValidationError

from schemachange_operator.api.policy import SchemaPolicy, SchemaPolicySpec
from schemachange_operator.command.errors import Exit, UsageError
from schemachange_operator.command.explain import add_explain
from schemachange_operator.command.history import EPILOG as HISTORY_EPILOG
from schemachange_operator.command.history import add_history
from schemachange_operator.command.manifest import read_file
from schemachange_operator.command.wishes import Wishes

EPILOG = """exit code:
  0   no finding as grave as --fail-on says
  1   findings as grave as that, or graver
  2   the SQL or the manifest cannot be read; line and column are said
  3   wrong usage
  4   the database cannot be reached, or the rehearsal failed
"""


class _Parser(argparse.ArgumentParser):
    """Leaves 2 to SQL that cannot be read."""

    def error(self, message: str) -> NoReturn:
        self.print_usage()
        self.exit(Exit.USAGE, f"{self.prog}: {message}\n")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments as members of a namespace; ends the program when they are wrong."""
    parser = _Parser(
        prog="schg",
        description="Plans schema changes of PostgreSQL databases, tells what was done and what a status says, without a cluster.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)
    plan = commands.add_parser(
        "plan",
        help="say what a change locks, destroys and takes",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _plan(plan)
    told = commands.add_parser(
        "history",
        help="say what was done to a database, from its own ledger",
        epilog=HISTORY_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_history(told)
    told.set_defaults(command="history")
    plan.set_defaults(command="plan")
    explained = commands.add_parser("explain", help="say what a reason in status means, what the state is, how to go on")
    add_explain(explained)
    explained.set_defaults(command="explain")
    given = parser.parse_args(arguments)
    if given.command != "plan":
        return given
    if given.rehearse and not given.database:
        plan.error("--rehearse needs --database: what is rehearsed is a copy of its schema")
    if given.server_binaries and not given.rehearse:
        plan.error("--server-binaries goes with --rehearse")
    return given


def _plan(plan: argparse.ArgumentParser) -> None:
    add = plan.add_argument
    add(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="plain SQL, SchemaChange manifests (.yaml, .yml, .json), a folder of them, or - for SQL on standard input",
    )
    add("--rollback", type=Path, metavar="FILE", help="what undoes plain SQL (in a folder: NAME.down.sql)")
    add("--database", metavar="URL", default="", help="postgresql://USER@HOST/DATABASE; password as libpq finds it")
    add("--role", metavar="ROLE", help="whom migrations run as (default: the login)")
    add("--search-path", metavar="SCHEMAS", default="public", help="search_path of migrations (default: public)")
    add("--rehearse", action="store_true", help="apply, roll back, compare, apply again in a throw-away copy of the schema")
    add("--server-binaries", type=Path, metavar="DIR", help="where initdb and postgres of the same major version are")
    add("--policy", type=Path, metavar="FILE", help="a SchemaPolicy manifest (default: the built-in one)")
    add("--output", choices=("markdown", "json", "sarif", "github"), default="markdown", help="default: markdown")
    add("--fail-on", choices=("warn", "approve", "block"), default="block", help="severity that gives 1 (default: block)")
    add("--verbose", action="store_true", help="log of analysis and rehearsal on standard error")


def wishes(given: argparse.Namespace) -> Wishes:
    """How to plan. Raises UsageError when the policy cannot be read."""
    return Wishes(
        database=given.database,
        rehearse=given.rehearse,
        server_binaries=given.server_binaries,
        role=given.role,
        search_path=tuple(filter(None, (schema.strip() for schema in given.search_path.split(",")))),
        policy=_policy(given.policy) if given.policy else SchemaPolicySpec(),
        verbose=given.verbose,
    )


def _policy(file: Path) -> SchemaPolicySpec:
    try:
        documents = [document.value for document in read_file(file) if document.kind == "SchemaPolicy"]
        if len(documents) != 1:
            raise UsageError(f"{file} has {len(documents)} SchemaPolicies, one is wanted")
        metadata = {"namespace": "", **(documents[0].get("metadata") or {})}
        return SchemaPolicy.model_validate({**documents[0], "metadata": metadata}).spec
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    except (UnicodeError, yaml.YAMLError):
        raise UsageError(f"{file} is not YAML") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"{file}: {where}: {first['msg']}") from None
