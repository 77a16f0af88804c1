-- Tables whose rows are copied: size without indexes, and columns in order without those that the server computes.
SELECT n.nspname || '.' || c.relname AS relation,
       pg_table_size(c.oid) AS bytes,
       greatest(c.reltuples, 0)::bigint AS rows,
       (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname || '.' || c.relname = ANY (%(relations)s)
 ORDER BY 1
