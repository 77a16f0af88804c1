-- Whether this session holds the lock of this database.
SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 1935894637 AND objid = 1667788391 AND objsubid = 2
        AND pid = pg_backend_pid() AND granted
) AS held
