-- CHECK constraints of a table and of its columns' domains, with the columns concerned.
SELECT o.conname AS name,
       pg_get_constraintdef(o.oid) AS definition,
       coalesce(
         (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = o.conrelid AND a.attnum = ANY (o.conkey)),
         (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.atttypid = o.contypid)
       ) AS columns
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_constraint o ON o.contype = 'c' AND (
         o.conrelid = c.oid
         OR o.contypid IN (SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0))
 WHERE n.nspname || '.' || c.relname = %(relation)s
