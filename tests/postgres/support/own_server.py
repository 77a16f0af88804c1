"""Servers of a test's own, for what would disturb every other test on a shared one."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from postgres.support.database import Database, create_roles, make_database
from testcluster.servers import Server

HANGING_COMMIT = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query = 'COMMIT'"
"""Sessions whose COMMIT is done here and waits for its standby."""


@contextmanager
def server_with_roles(major: int, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server with the roles that databases of tests belong to."""
    with Server(major, settings=settings) as started:
        create_roles(started)
        yield started


@contextmanager
def own_database(major: int, schema: str) -> Iterator[Database]:
    """A database, filled by its owner, on a server of its own."""
    with server_with_roles(major) as started:
        database = make_database(started)
        database.as_owner(schema)
        with closing(database.superuser):
            yield database


def wait_for_standby(database: Database, name: str) -> None:
    """Let COMMITs wait for a standby, which need not exist: then a COMMIT is done and gives no answer. Empty: for none."""
    database.superuser.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
    database.superuser.execute("SELECT pg_reload_conf()")
