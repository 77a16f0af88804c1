-- Sessions that hold a lock on one of these relations. Prepared transactions have no session and appear as pid 0.
SELECT DISTINCT coalesce(held.pid, 0) AS pid
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_locks AS held ON held.relation = c.oid AND held.locktype = 'relation'
WHERE n.nspname || '.' || c.relname = ANY (%(relations)s::text[])
    AND held.granted AND held.pid IS DISTINCT FROM %(pid)s
    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
