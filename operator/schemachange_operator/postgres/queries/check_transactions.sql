-- Transactions that hold locks on touched tables: prepared ones, and those of sessions that are older than some seconds.
-- How old a transaction of another role is, only pg_read_all_stats shows.
SELECT
    n.nspname || '.' || c.relname AS relation,
    left(held.mode, -4) AS mode,
    coalesce(held.pid, 0) AS pid,
    coalesce(prepared.gid, '') AS gid,
    coalesce(activity.usename, prepared.owner, '')::text AS "user",
    coalesce(activity.application_name, '') AS application,
    extract(epoch FROM clock_timestamp() - coalesce(activity.xact_start, prepared.prepared))::float8 AS seconds
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_locks AS held ON held.relation = c.oid AND held.locktype = 'relation' AND held.granted
-- Which prepared transaction it is, only the lock on its own number says: its virtual number is that of the session before.
LEFT JOIN pg_locks AS number
    ON held.pid IS NULL AND number.pid IS NULL AND number.locktype = 'transactionid'
    AND number.virtualtransaction = held.virtualtransaction
LEFT JOIN pg_prepared_xacts AS prepared ON prepared.transaction = number.transactionid
LEFT JOIN pg_stat_activity AS activity ON activity.pid = held.pid
WHERE n.nspname || '.' || c.relname = ANY (%(relations)s::text[])
    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (held.pid IS NULL OR activity.backend_type = 'client backend')
    AND held.pid IS DISTINCT FROM pg_backend_pid()
    AND (held.pid IS NULL OR activity.xact_start < clock_timestamp() - make_interval(secs => %(seconds)s))
ORDER BY seconds DESC NULLS LAST, relation, mode
