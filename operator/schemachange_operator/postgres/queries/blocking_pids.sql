-- Who is in the way of a session that waits.
SELECT pg_blocking_pids(%(pid)s) AS pids
