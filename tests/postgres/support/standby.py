"""A streaming standby of a test's server, asynchronous: what it has not received when it is promoted is lost."""

import subprocess
from collections.abc import Mapping
from dataclasses import replace

import psycopg
from psycopg.rows import dict_row

from postgres.support.database import Database
from postgres.support.waiting import wait_for
from testcluster.postgres_binaries import NEWEST_MAJOR, find_server
from testcluster.servers import Server, account, configuration
from testcluster.shell import CommandError


class Standby(Server):
    """`with Standby(primary) as standby:`; it follows the primary until it is cut off or promoted."""

    SLOT = "standby"

    def __init__(self, primary: Server, *, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(primary.major, settings=settings)
        self._primary = primary

    def _create(self) -> None:
        if (user := account()) is not None:
            self._folder.chmod(0o700)
            subprocess.run(["chown", str(user), str(self._folder)], check=True)
        # The newest client serves all servers.
        program = str(find_server(NEWEST_MAJOR) / "pg_basebackup")
        command = [program, f"--dbname={self._primary.url()}", f"--pgdata={self.data}", "--checkpoint=fast", "--no-sync"]
        options = ["--wal-method=stream", "--create-slot", f"--slot={self.SLOT}"]
        made = subprocess.run([*command, *options], capture_output=True, check=False, user=account(), cwd="/")
        if made.returncode != 0:
            raise CommandError(f"pg_basebackup failed: {made.stderr.decode(errors='replace')}")
        # Not --write-recovery-conf: the newest client writes parameters that an older server does not know.
        follow = {"primary_conninfo": self._primary.url(), "primary_slot_name": self.SLOT}
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(configuration(self.port, self._folder, {**self._settings, **follow}, fast=True))
        (self.data / "standby.signal").touch()

    def caught_up(self, database: Database) -> None:
        """Wait until it has replayed all that the primary has written so far."""
        position = database.value("SELECT pg_logical_emit_message(true, 'test', 'here')::text")
        wait_for(database, f"SELECT FROM pg_stat_replication WHERE replay_lsn >= '{position}'")

    def cut_off(self, database: Database) -> None:
        """Receive nothing any more."""
        with psycopg.connect(self.url(), autocommit=True) as session:
            session.execute("ALTER SYSTEM SET primary_conninfo = ''")
            session.execute("SELECT pg_reload_conf()")
        wait_for(database, "SELECT WHERE NOT EXISTS (SELECT FROM pg_stat_replication)")

    def promote(self, database: Database) -> Database:
        """Become the primary; the database as it is reached from now on, at another port."""
        with psycopg.connect(self.url(), autocommit=True) as session:
            assert session.execute("SELECT pg_promote(true, 60)").fetchone() == (True,)
        name = database.connection.database
        superuser = psycopg.connect(self.url(name), autocommit=True, row_factory=dict_row, options="-c lock_timeout=10s")
        connection = database.connection.model_copy(update={"port": self.port})
        return replace(database, server=self, connection=connection, superuser=superuser)
