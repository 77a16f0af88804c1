"""`backup`: dump what a step destroys, all of it as of one snapshot, under a name that no half backup ever has."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop, TryLater
from schemachange_operator.core.task import RunReport
from schemachange_operator.postgres import preflight
from schemachange_operator.postgres.catalog import LEDGER_SCHEMA
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner import answers
from schemachange_operator.runner.backup_manifest import (
    DATA_FOLDER,
    MANIFEST,
    SCHEMA_FILE,
    Manifest,
    asked,
    hashed,
    place,
    read_manifest,
)
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.output import cut
from schemachange_operator.runner.programs import ProgramError, connection_variables, run_program
from schemachange_operator.runner.stopping import cancelled_on_stop
from schemachange_operator.runner.target import Target, working_on

LOCK_WAIT = "10000"
"""Milliseconds that pg_dump waits for its weak locks; waiting longer would only hide who is in the way."""
JOBS = "2"
UNFINISHED = ".unfinished"
NOTHING_DESTROYED = "Nothing was destroyed."


@dataclass(frozen=True)
class Snapshot:
    """One moment of the target, held open for every reader of the backup."""

    session: Session
    name: str
    lsn: str
    tables: tuple[str, ...]
    """Quoted, as pg_dump and SQL read them; only those that hold rows themselves or whose partitions do."""
    counted: dict[str, list[str]]
    """Tables that hold rows themselves: schema.name to its parts."""
    roles: tuple[str, ...]


def backup(environment: Environment) -> RunReport:
    """Take the backup that the request asks for, unless it is there already."""
    folder = place(environment.folders.backup, environment.request)
    with _disk_errors():
        found = read_manifest(folder)
        if found is None:
            with working_on(environment) as target:
                found = _take(target, folder)
        elif found.request != asked(environment.request):
            raise Stop(
                Reason.BACKUP_FAILED,
                f"Another backup stands in {environment.request.backup_path}. It was left alone. {NOTHING_DESTROYED}"
                " Remove or rename that folder, then set spec.retry.",
            )
    facts = found.facts("")
    report = answers.done(
        Reason.BACKED_UP,
        f"{facts.rows} rows of {len(found.rows)} tables are dumped: {facts.size_bytes} bytes, as of {facts.lsn}.",
        step=environment.request.step,
    )
    return report.model_copy(update={"backup": facts})


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Stop(
            Reason.BACKUP_FAILED,
            f"The backup's place cannot be used: {error.strerror}. {NOTHING_DESTROYED}"
            " Give the volume room and the runner (user 65532) the right to write, then set spec.retry.",
        ) from None


def _take(target: Target, folder: Path) -> Manifest:
    environment = target.environment
    unfinished = _own_folder(target, folder)
    snapshot = _snapshot(target)
    _dump(target, snapshot, ["--schema-only", "--format=custom", f"--file={unfinished / SCHEMA_FILE}"])
    if snapshot.tables:
        _dump(target, snapshot, [*_scope(environment, snapshot), f"--file={unfinished / DATA_FOLDER}"])
    rows = {name: _count(environment, snapshot.session, parts) for name, parts in snapshot.counted.items()}
    snapshot.session.execute("ROLLBACK")
    manifest = Manifest(
        request=asked(environment.request),
        server_version=snapshot.session.info.server_version,
        lsn=snapshot.lsn,
        taken_at=environment.clock().isoformat(timespec="seconds"),
        scope=environment.request.backup_scope,
        roles=snapshot.roles,
        rows=rows,
        files=hashed(unfinished),
    )
    (unfinished / MANIFEST).write_text(manifest.text())
    # A runner that was frozen, and replaced meanwhile, must not put its backup in the place of the other's.
    target.lock.confirm()
    unfinished.rename(folder)
    _record(target, manifest)
    return manifest


def _own_folder(target: Target, folder: Path) -> Path:
    """A folder that no other try writes into, even one that was frozen and wakes up; what those have left goes."""
    for left in folder.parent.glob(f"{folder.name}{UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)
    own = folder.with_name(f"{folder.name}{UNFINISHED}-{target.runner.token}")
    own.mkdir(parents=True)
    return own


def _snapshot(target: Target) -> Snapshot:
    request = target.environment.request
    session = target.session({"idle_in_transaction_session_timeout": "0", "statement_timeout": "0"})
    session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    session.execute(preflight.become(request.migration_role))
    whole = request.backup_scope == "Database"
    moment = session.execute(query("backup_snapshot")).fetchone()
    rows = session.execute(query("backup_tables"), {"relations": None if whole else list(request.relations)}).fetchall()
    roles = session.execute(query("backup_roles")).fetchall()
    if moment is None:
        raise RuntimeError("a server without a snapshot")
    return Snapshot(
        session,
        moment["name"],
        moment["lsn"],
        tuple(sql.Identifier(row["schema"], row["table"]).as_string(session) for row in rows),
        {f"{row['schema']}.{row['table']}": [row["schema"], row["table"]] for row in rows if row["holds_rows"]},
        tuple(row["name"] for row in roles),
    )


def _scope(environment: Environment, snapshot: Snapshot) -> list[str]:
    arguments = ["--format=directory", f"--jobs={JOBS}"]
    if environment.request.backup_scope == "Database":
        return arguments
    return [*arguments, *(f"--table={table}" for table in snapshot.tables)]


def _dump(target: Target, snapshot: Snapshot, arguments: list[str]) -> None:
    environment = target.environment
    common = [
        "--no-password",
        f"--snapshot={snapshot.name}",
        f"--role={environment.request.migration_role}",
        f"--lock-wait-timeout={LOCK_WAIT}",
        f"--exclude-schema={LEDGER_SCHEMA}",
    ]
    connection = environment.request.connection
    try:
        with connection_variables(connection, target.credentials, environment.application_name) as variables:
            run_program(environment, "pg_dump", [*common, *arguments], variables)
    except ProgramError as error:
        environment.output.event("pg_dump_failed", output=cut(error.output, 4_000))
        if "canceling statement due to" in error.output:
            raise TryLater(
                Reason.WAITING_FOR_LOCK, f"Another session holds a table that is to be dumped. {NOTHING_DESTROYED}"
            ) from None
        raise Stop(
            Reason.BACKUP_FAILED,
            f"pg_dump failed: {error.first_line}. {NOTHING_DESTROYED} Mend the cause, then set spec.retry.",
        ) from None


def _count(environment: Environment, session: Session, table: list[str]) -> int:
    with cancelled_on_stop(environment, session):
        row = session.execute(sql.SQL("SELECT count(*) AS rows FROM ONLY {}").format(sql.Identifier(*table))).fetchone()
    return int(row["rows"]) if row else 0


def _record(target: Target, manifest: Manifest) -> None:
    request, facts = target.environment.request, manifest.facts("")
    target.session().execute(
        query("ledger_backup"),
        {
            "uid": request.change.uid,
            "namespace": request.change.namespace,
            "name": request.change.name,
            "step": request.step,
            "path": request.backup_path,
            "scope": manifest.scope,
            "size_bytes": facts.size_bytes,
            "sha256": facts.sha256,
            "rows": facts.rows,
            "lsn": facts.lsn,
        },
    )
