-- Who blocks a session, the oldest transaction first. Prepared transactions have no session and appear as pid 0.
SELECT
    blocker.pid,
    coalesce(activity.usename, 'unknown')::text AS "user",
    coalesce(activity.application_name, CASE blocker.pid WHEN 0 THEN 'a prepared transaction' ELSE '' END) AS application_name,
    coalesce(activity.state, '') AS state,
    extract(epoch FROM clock_timestamp() - activity.xact_start)::integer AS seconds
FROM unnest(pg_blocking_pids(%(pid)s)) AS blocker (pid)
LEFT JOIN pg_stat_activity AS activity ON activity.pid = blocker.pid
ORDER BY activity.xact_start NULLS LAST
LIMIT 5
