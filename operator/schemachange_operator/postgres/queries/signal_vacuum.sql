-- Autovacuum workers on the table, its partitions or their TOAST tables; where wraparound is asked for, only on those older
-- than autovacuum_freeze_max_age. What a worker does is hidden from most roles; that it has a lock and no user is not.
WITH RECURSIVE whole AS (
    SELECT pg_class.oid FROM pg_class JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
    WHERE pg_namespace.nspname = %(schema)s AND pg_class.relname = %(table)s
    UNION SELECT pg_inherits.inhrelid FROM pg_inherits JOIN whole ON pg_inherits.inhparent = whole.oid
), touched AS (
    SELECT
        pg_class.oid, pg_class.reltoastrelid,
        greatest(age(pg_class.relfrozenxid), age(toast.relfrozenxid)) AS age,
        greatest(mxid_age(pg_class.relminmxid), mxid_age(toast.relminmxid)) AS multixact_age,
        coalesce((
            SELECT option_value::bigint FROM pg_options_to_table(pg_class.reloptions)
            WHERE option_name = 'autovacuum_freeze_max_age'
        ), current_setting('autovacuum_freeze_max_age')::bigint) AS limit_age
    FROM whole
    JOIN pg_class ON pg_class.oid = whole.oid
    LEFT JOIN pg_class AS toast ON toast.oid = pg_class.reltoastrelid
    WHERE pg_class.relkind IN ('r', 'm')
)
SELECT count(DISTINCT held.pid)::integer AS running, coalesce(min(touched.oid::regclass::text), '') AS relation
FROM touched
JOIN pg_locks AS held ON held.relation IN (touched.oid, touched.reltoastrelid)
    AND held.mode = 'ShareUpdateExclusiveLock' AND held.granted
    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
JOIN pg_stat_activity AS activity ON activity.pid = held.pid AND activity.usesysid IS NULL
WHERE NOT %(wraparound)s
    OR touched.age > touched.limit_age
    OR touched.multixact_age > current_setting('autovacuum_multixact_freeze_max_age')::bigint
