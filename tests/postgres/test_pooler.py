"""A pooler between the runner and the server is found out and refused, whatever its mode: it loses locks and settings."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from postgres.support.change import Change, steps
from postgres.support.database import LOGIN, LOGIN_PASSWORD, Database
from schemachange_operator.core.errors import ProcedureError
from testcluster import packages
from testcluster.postgres_binaries import PGBOUNCER
from testcluster.servers import account, free_port
from testcluster.shell import wait_until

ADD = {"name": "add", "sql": "CREATE TABLE made (id int)"}
CONFIGURATION = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {folder}/users
pool_mode = {mode}
{more}
"""
LENIENT = "ignore_startup_parameters = options"


@pytest.fixture(params=["session", "transaction"])
def pooled(request: pytest.FixtureRequest, database: Database) -> Iterator[Database]:
    """The database, reached through PgBouncer; the test may say more of its configuration."""
    packages.ensure(str(PGBOUNCER))
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as name:
        folder, port = Path(name), free_port()
        more = LENIENT if "lenient" in request.node.name else ""
        text = CONFIGURATION.format(server=database.server.port, port=port, folder=folder, mode=request.param, more=more)
        (folder / "pgbouncer.ini").write_text(text)
        (folder / "users").write_text(f'"{LOGIN}" "{LOGIN_PASSWORD}"\n')
        if (user := account()) is not None:
            os.chown(folder, user, user)
        with (folder / "log").open("wb") as log:
            started = subprocess.Popen(
                [str(PGBOUNCER), str(folder / "pgbouncer.ini")], user=user, group=user, stdout=log, stderr=log, cwd="/"
            )
        try:
            url = f"postgresql://{LOGIN}:{LOGIN_PASSWORD}@127.0.0.1:{port}/{database.connection.database}"
            assert wait_until(lambda: answers(url), 20, interval=0.1), (folder / "log").read_text()
            yield replace(database, connection=database.connection.model_copy(update={"port": port}))
        finally:
            started.terminate()
            started.wait(20)


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url, sslmode="disable") as session:
            return session.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


@pytest.mark.parametrize("settings", ["strict", "lenient"])
def test_a_pooler_is_refused(pooled: Database, tmp_path: Path, settings: str) -> None:
    change = Change(pooled, tmp_path, steps(ADD))
    with pytest.raises(ProcedureError, match="goes through a pooler") as raised:
        change.run("apply", "add")
    assert raised.value.reason == "ServerUnsupported"
    assert "Name the server itself" in raised.value.message
    assert pooled.query("SELECT WHERE to_regnamespace('schemachange') IS NOT NULL") == []
