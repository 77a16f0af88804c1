"""Rows that a statement reads and write-ahead log that it writes, as the server counts them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from schemachange_operator.core.plan import Scan
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner.rehearsal.observation import Files

COLLECTOR_PAUSE = 0.6
"""Seconds within which PostgreSQL 14 gives a session's counts to its statistics collector, and this to readers."""
FLUSHES_ON_DEMAND = 150_000
"""The first server version with pg_stat_force_next_flush."""

RowsRead = Mapping[int, int]
"""Rows read by the table's OID, since some beginning."""


@dataclass(frozen=True)
class Work:
    """What a statement did, beside its locks."""

    scanned: tuple[Scan, ...] = ()
    wal_bytes: int = 0


def rows_read(working: Session) -> RowsRead:
    """What the session has read in the transaction that it is in."""
    return {row["oid"]: row["rows"] for row in working.execute(query("rows_read")).fetchall()}


def rows_read_by_all(watching: Session, working: Session) -> RowsRead:
    """What all sessions have read, with what `working`, which is in no transaction, has read up to now."""
    give_counts(working)
    if working.info.server_version < FLUSHES_ON_DEMAND:
        time.sleep(COLLECTOR_PAUSE)
    return {row["oid"]: row["rows"] for row in watching.execute(query("rows_read_by_all")).fetchall()}


def give_counts(working: Session) -> None:
    """Have a session outside of a transaction give its counts to the server's statistics."""
    if working.info.server_version >= FLUSHES_ON_DEMAND:
        working.execute("SELECT pg_catalog.pg_stat_force_next_flush()")
    else:
        time.sleep(COLLECTOR_PAUSE)
        working.execute("SELECT 1")


def scans(known: Files, before: RowsRead, after: RowsRead) -> tuple[Scan, ...]:
    """Rows read meanwhile of relations that are known."""
    grown = {oid: rows - before.get(oid, 0) for oid, rows in after.items() if oid in known}
    return tuple(
        sorted(
            (Scan(relation=known[oid]["relation"], rows=rows) for oid, rows in grown.items() if rows > 0),
            key=lambda scan: scan.relation,
        )
    )


def log_position(watching: Session) -> int:
    """Bytes of write-ahead log since the beginning of the server; what other sessions write counts as well."""
    row = watching.execute("SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0')::bigint AS at")
    found = row.fetchone()
    return int(found["at"]) if found else 0
