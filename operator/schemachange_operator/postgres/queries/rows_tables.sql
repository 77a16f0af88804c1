-- Some tables, every partition of them, and, over and over, the tables that their foreign keys refer to.
WITH RECURSIVE wanted AS (
    SELECT c.oid
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname || '.' || c.relname = ANY (%(relations)s) AND c.relkind IN ('r', 'p')
    UNION
    SELECT further.oid
      FROM wanted w
     CROSS JOIN LATERAL (
           SELECT o.confrelid AS oid FROM pg_constraint o WHERE o.conrelid = w.oid AND o.contype = 'f'
           UNION ALL
           SELECT i.inhrelid FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = w.oid AND c.relispartition) further
)
SELECT n.nspname || '.' || c.relname AS relation,
       pg_get_partition_constraintdef(c.oid) AS partition_constraint
  FROM wanted w
  JOIN pg_class c ON c.oid = w.oid AND c.relkind = 'r'
  JOIN pg_namespace n ON n.oid = c.relnamespace
 ORDER BY 1
