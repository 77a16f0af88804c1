-- A session that holds the lock of CREATE INDEX and REINDEX CONCURRENTLY on an index's table. Autovacuum's workers have the
-- same lock, and no user.
SELECT held.pid, activity.usename::text AS "user"
FROM pg_catalog.pg_index
JOIN pg_catalog.pg_class ON pg_class.oid = pg_index.indexrelid
JOIN pg_catalog.pg_namespace ON pg_namespace.oid = pg_class.relnamespace
JOIN pg_catalog.pg_locks AS held ON held.relation = pg_index.indrelid AND held.granted
    AND held.mode = 'ShareUpdateExclusiveLock' AND held.pid <> pg_catalog.pg_backend_pid()
JOIN pg_catalog.pg_stat_activity AS activity ON activity.pid = held.pid AND activity.usesysid IS NOT NULL
WHERE pg_namespace.nspname = %(schema)s AND pg_class.relname = %(name)s
    AND held.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
LIMIT 1
