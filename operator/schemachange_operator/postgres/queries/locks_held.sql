-- Locks that a session holds on relations known before, seen from another session. Names are as they were committed.
SELECT n.nspname || '.' || c.relname AS relation,
       replace(l.mode, 'Lock', '') AS mode,
       c.relkind IN ('i', 'I') AS is_index
  FROM pg_catalog.pg_locks l
  JOIN pg_catalog.pg_class c ON c.oid = l.relation
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE l.pid = %(pid)s AND l.locktype = 'relation' AND l.granted
   AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
   AND l.relation = ANY (%(known)s)
 ORDER BY 1, 2
