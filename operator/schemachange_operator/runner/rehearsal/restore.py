"""The target's roles, database and schema, built in the throw-away server."""

import re
from collections.abc import Iterator
from pathlib import Path

from psycopg import errors, sql

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary
from schemachange_operator.runner.analysis.facts import DUMP, Facts, Role
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.output import cut
from schemachange_operator.runner.programs import ProgramError, run_program
from schemachange_operator.runner.rehearsal.server import APPLICATION, DATABASE, LOGIN, SUPERUSER, connect

HARMLESS = ('unrecognized configuration parameter "transaction_timeout"', "errors ignored on restore")
"""Complaints of a pg_restore that is newer than the server, and its last line."""

_SECRET = re.compile(r"^\d+; \d+ \d+ (?:USER MAPPING|SUBSCRIPTION|SUBSCRIPTION TABLE) ")
_MISSING_EXTENSION = re.compile(
    r'extension "([^"]+)" is not available|could not open extension control file "[^"]*/([^/"]+)\.control"'
)


def restore_schema(environment: Environment, facts: Facts) -> None:
    """Roles, database and schema like the target's, without its data.

    Raises Stop(RehearsalRestoreFailed), naming the extension that the image lacks where that is the cause.
    """
    with connect(environment, SUPERUSER, "postgres") as session:
        _create_roles(session, facts.roles, environment.request.migration_role)
        _create_database(environment, session, facts)
    _run_restore(environment)
    with connect(environment, SUPERUSER) as session:
        _grant(session, facts)


def _create_roles(session: Session, roles: tuple[Role, ...], migration_role: str) -> None:
    present = {row["name"] for row in session.execute("SELECT rolname AS name FROM pg_roles").fetchall()}
    for role in roles:
        if role.name not in present:
            session.execute(_create_role(role))
    for login in (LOGIN, APPLICATION):
        if login not in present:
            session.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(login)))
        session.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(migration_role), sql.Identifier(login)))
    known = present | {role.name for role in roles}
    for role in roles:
        for group in role.member_of:
            if group in known and role.name != SUPERUSER:
                session.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(role.name)))


def _create_role(role: Role) -> sql.Composed:
    """Never a superuser and never a login, whatever it is on the target."""
    words = ["NOLOGIN", "INHERIT" if role.inherit else "NOINHERIT"]
    words += ["CREATEROLE"] if role.create_role else []
    words += ["BYPASSRLS"] if role.bypass_row_security else []
    return sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role.name), sql.SQL(" ").join(map(sql.SQL, words)))


def _create_database(environment: Environment, session: Session, facts: Facts) -> None:
    """With the target's encoding and locale; with the server's own where the image does not have that locale."""
    start = sql.SQL("CREATE DATABASE {} TEMPLATE template0 OWNER {}").format(
        sql.Identifier(DATABASE), sql.Identifier(facts.owner)
    )
    session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
    try:
        session.execute(sql.SQL("{} {}").format(start, sql.SQL(" ").join(_locale(facts))))
    except (
        errors.WrongObjectType,
        errors.InvalidParameterValue,
        errors.FeatureNotSupported,
        errors.UndefinedObject,
    ) as error:
        environment.output.event("locale_not_available", message=primary(error), locale=facts.collate)
        session.execute(start)


def _locale(facts: Facts) -> Iterator[sql.Composed]:
    wanted = {"ENCODING": facts.encoding, "LC_COLLATE": facts.collate, "LC_CTYPE": facts.ctype}
    if facts.locale_provider == "i":
        yield sql.SQL("LOCALE_PROVIDER {}").format(sql.Identifier("icu"))
        wanted["ICU_LOCALE"] = facts.locale or "und"
    elif facts.locale_provider == "b":
        yield sql.SQL("LOCALE_PROVIDER {}").format(sql.Identifier("builtin"))
        wanted["BUILTIN_LOCALE"] = facts.locale or "C"
    for name, value in wanted.items():
        yield sql.SQL("{} {}").format(sql.SQL(name), sql.Literal(value))


def _grant(session: Session, facts: Facts) -> None:
    present = {row["name"] for row in session.execute("SELECT rolname AS name FROM pg_roles").fetchall()}
    session.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(DATABASE)))
    for grant in facts.grants:
        if grant.grantee is None or grant.grantee in present:
            grantee = sql.Identifier(grant.grantee) if grant.grantee else sql.SQL("PUBLIC")
            session.execute(
                sql.SQL("GRANT {} ON DATABASE {} TO {}").format(sql.SQL(grant.privilege), sql.Identifier(DATABASE), grantee)
            )
    for login in (LOGIN, APPLICATION):
        session.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(DATABASE), sql.Identifier(login))
        )


def _run_restore(environment: Environment) -> None:
    folders = environment.folders
    variables = {
        "PGHOST": str(folders.rehearsal),
        "PGPORT": str(folders.rehearsal_port),
        "PGUSER": SUPERUSER,
        "PGAPPNAME": environment.application_name,
    }
    try:
        wanted = _without_secrets(environment)
        target = ["--no-password", "--no-tablespaces", f"--use-list={wanted}", f"--dbname={DATABASE}"]
        run_program(environment, "pg_restore", [*target, str(folders.work / DUMP)], variables)
    except ProgramError as error:
        complaints = list(_complaints(error.output))
        if complaints:
            environment.output.event("pg_restore_failed", output=cut(error.output, 4_000))
            raise _stop(complaints) from None


def _without_secrets(environment: Environment) -> Path:
    """The dump's table of contents without what can hold passwords of other servers, or would connect to them."""
    work = environment.folders.work
    whole, wanted = work / "contents", work / "contents.wanted"
    run_program(environment, "pg_restore", ["--list", f"--file={whole}", str(work / DUMP)], {})
    lines = whole.read_text().splitlines(keepends=True)
    wanted.write_text("".join(line for line in lines if not _SECRET.match(line)))
    return wanted


def _complaints(output: str) -> Iterator[str]:
    for line in output.splitlines():
        harmless = any(words in line for words in HARMLESS)
        if line.startswith("pg_restore: error:") and not harmless:
            yield line.removeprefix("pg_restore: error:").strip()


def _stop(complaints: list[str]) -> Stop:
    missing = [match for match in map(_MISSING_EXTENSION.search, complaints) if match]
    if missing:
        name = missing[0][1] or missing[0][2]
        return Stop(
            Reason.REHEARSAL_RESTORE_FAILED,
            f"The rehearsal image lacks the extension {name}, which the target has. The target was not touched."
            " Name an image with the target's extensions in spec.rehearsal.image of the PostgresDatabase.",
        )
    return Stop(
        Reason.REHEARSAL_RESTORE_FAILED,
        f"The target's schema could not be rebuilt in the throw-away database ({len(complaints)} errors), the first:"
        f" {cut(complaints[0], 400)}. The target was not touched. The log has all of them.",
    )
