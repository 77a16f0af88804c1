-- Who holds the lock of this database.
SELECT activity.application_name
FROM pg_locks AS held JOIN pg_stat_activity AS activity USING (pid)
WHERE held.locktype = 'advisory' AND held.classid = 1935894637 AND held.objid = 1667788391 AND held.objsubid = 2
    AND held.granted AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
