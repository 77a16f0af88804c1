"""`prove`: a backup counts once every byte is as it was written and, where asked for, it has been restored and counted.

This container has no credentials and no way to the target.
"""

from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop
from schemachange_operator.core.task import RunReport
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.sqlstate import primary
from schemachange_operator.runner import answers
from schemachange_operator.runner.backup_manifest import (
    DATA_FOLDER,
    SCHEMA_FILE,
    Manifest,
    hashed,
    place,
    read_manifest,
)
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.output import cut
from schemachange_operator.runner.programs import ProgramError, run_program
from schemachange_operator.runner.rehearsal.server import SUPERUSER, connect, wait_for_server

DATABASE = "proof"
HARMLESS = (
    'unrecognized configuration parameter "transaction_timeout"',
    "errors ignored on restore",
)
"""Complaints of a pg_restore that is newer than the server, and its last line."""
WAY_OUT = "Nothing was destroyed. Remove that folder from the volume, then set spec.retry: another backup is taken."


def prove(environment: Environment) -> RunReport:
    """Prove the backup that the request names. Raises Stop(BackupFailed) when it is not what it says."""
    request = environment.request
    folder = place(environment.folders.backup, request)
    manifest = read_manifest(folder)
    if manifest is None:
        raise Stop(Reason.BACKUP_FAILED, f"There is no whole backup in {request.backup_path}. Nothing was destroyed.")
    try:
        _check_files(folder, manifest)
        if request.prove_by == "Restore":
            _restore(environment, folder, manifest)
        else:
            _check_contents(environment, folder, manifest)
    except OSError as error:
        raise Stop(Reason.BACKUP_FAILED, f"The backup cannot be read: {error.strerror}. Nothing was destroyed.") from None
    facts = manifest.facts(request.prove_by)
    how = "restored and counted" if request.prove_by == "Restore" else "whole by its hashes"
    report = answers.done(
        Reason.BACKED_UP, f"The backup {request.backup_path} is {how}: {facts.rows} rows.", step=request.step
    )
    return report.model_copy(update={"backup": facts})


def _check_files(folder: Path, manifest: Manifest) -> None:
    found = hashed(folder)
    wrong = sorted(name for name in found.keys() | manifest.files.keys() if found.get(name) != manifest.files.get(name))
    if wrong:
        raise Stop(
            Reason.BACKUP_FAILED,
            f"The backup {folder.name} is damaged: {', '.join(wrong[:5])} is missing, added or not as it was written. {WAY_OUT}",
        )


def _check_contents(environment: Environment, folder: Path, manifest: Manifest) -> None:
    for archive in _archives(folder, manifest):
        _run(environment, ["--list", f"--file={environment.folders.work / 'contents'}", str(archive)], {})


def _archives(folder: Path, manifest: Manifest) -> list[Path]:
    with_data = any(name.startswith(f"{DATA_FOLDER}/") for name in manifest.files)
    return [folder / SCHEMA_FILE, *([folder / DATA_FOLDER] if with_data else [])]


def _restore(environment: Environment, folder: Path, manifest: Manifest) -> None:
    wait_for_server(environment, manifest.server_version // 10_000)
    try:
        with closing(connect(environment, SUPERUSER, "postgres")) as session:
            _prepare(session, manifest)
        schema, *data = _archives(folder, manifest)
        _load(environment, ["--section=pre-data", str(schema)])
        for archive in data:
            _load(environment, ["--section=data", "--jobs=2", str(archive)])
        with closing(connect(environment, SUPERUSER, DATABASE)) as session:
            _count(session, folder, manifest)
    except psycopg.Error as error:
        raise Stop(Reason.BACKUP_FAILED, f"The backup {folder.name} did not restore: {primary(error)}. {WAY_OUT}") from None


def _prepare(session: Session, manifest: Manifest) -> None:
    present = {row["name"] for row in session.execute("SELECT rolname AS name FROM pg_roles").fetchall()}
    for role in manifest.roles:
        if role not in present:
            session.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
    session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
    session.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(DATABASE)))


def _load(environment: Environment, arguments: list[str]) -> None:
    variables = {
        "PGHOST": str(environment.folders.rehearsal),
        "PGPORT": str(environment.folders.rehearsal_port),
        "PGUSER": SUPERUSER,
        "PGAPPNAME": environment.application_name,
    }
    _run(environment, ["--no-password", "--no-tablespaces", f"--dbname={DATABASE}", *arguments], variables)


def _run(environment: Environment, arguments: list[str], variables: dict[str, str]) -> None:
    try:
        run_program(environment, "pg_restore", arguments, variables)
    except ProgramError as error:
        complaints = [
            line.removeprefix("pg_restore: error:").strip()
            for line in error.output.splitlines()
            if line.startswith("pg_restore: error:") and not any(words in line for words in HARMLESS)
        ]
        if complaints or not any(words in error.output for words in HARMLESS):
            environment.output.event("pg_restore_failed", output=cut(error.output, 4_000))
            first = complaints[0] if complaints else error.first_line
            raise Stop(Reason.BACKUP_FAILED, f"The backup did not restore: {cut(first, 300)}. {WAY_OUT}") from None


def _count(session: Session, folder: Path, manifest: Manifest) -> None:
    for relation, rows in manifest.rows.items():
        schema, _, table = relation.partition(".")
        statement = sql.SQL("SELECT count(*) AS rows FROM ONLY {}").format(sql.Identifier(schema, table))
        row = session.execute(statement).fetchone()
        found = row["rows"] if row else 0
        if found != rows:
            raise Stop(
                Reason.BACKUP_FAILED,
                f"The backup {folder.name} did not restore whole: {relation} has {found} rows, {rows} were dumped. {WAY_OUT}",
            )
