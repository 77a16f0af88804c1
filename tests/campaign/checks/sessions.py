"""Nobody of ours is left on the server: no session, no lock, no advisory lock."""

import time

from campaign.checks.reading import Session, rows
from campaign.facts import Facts

LOOKS = 100
REST = 0.1
"""Seconds: a session whose client has just gone takes a moment to end."""
OURS = """
SELECT application_name, state, query FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND starts_with(application_name, 'schemachange/')
"""
LOCKS = """
SELECT l.locktype, l.mode, coalesce(l.relation::regclass::text, '') AS relation, coalesce(a.application_name, '?') AS who
FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.pid <> pg_backend_pid()
    AND (l.locktype = 'advisory' OR l.mode IN ('ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock',
        'ShareUpdateExclusiveLock', 'ShareLock'))
    AND coalesce(a.backend_type, '') <> 'autovacuum worker'
"""


def check(session: Session, _: Facts) -> list[str]:
    """Ours, for as long as they may take to end."""
    found: list[str] = []
    for _look in range(LOOKS):
        found = [
            f"a session is left: {row['application_name']} ({row['state']}) {row['query'][:100]}"
            for row in rows(session, OURS)
        ]
        found += [
            f"a lock is held by {row['who']}: {row['mode']} {row['locktype']} {row['relation']}"
            for row in rows(session, LOCKS)
        ]
        if not found:
            return []
        time.sleep(REST)
    return found
