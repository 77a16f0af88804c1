-- Sessions in the way, the oldest transaction first. Prepared transactions have no session and appear as pid 0. What a
-- login may not see of others (pg_read_all_stats) is null.
SELECT
    blocker.pid,
    coalesce(activity.usename, '')::text AS "user",
    coalesce(activity.application_name, '') AS application_name,
    coalesce(activity.state, '') AS state,
    extract(epoch FROM clock_timestamp() - activity.xact_start)::integer AS seconds,
    coalesce(activity.query, '') AS query,
    coalesce(activity.backend_type, '') AS backend_type,
    coalesce(activity.usesysid = (SELECT oid FROM pg_roles WHERE rolname = session_user), false) AS ours
FROM unnest(%(pids)s::integer[]) AS blocker (pid)
LEFT JOIN pg_stat_activity AS activity ON activity.pid = blocker.pid
ORDER BY activity.xact_start NULLS LAST
LIMIT 5
