-- Foreign keys from some tables: columns here, table and columns there, in the constraint's order.
SELECT n.nspname || '.' || c.relname AS relation,
       fn.nspname || '.' || f.relname AS parent,
       f.relkind::text AS parent_kind,
       (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(o.conkey) WITH ORDINALITY k (number, place)
          JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.number) AS columns,
       (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(o.confkey) WITH ORDINALITY k (number, place)
          JOIN pg_attribute a ON a.attrelid = o.confrelid AND a.attnum = k.number) AS parent_columns
  FROM pg_constraint o
  JOIN pg_class c ON c.oid = o.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class f ON f.oid = o.confrelid
  JOIN pg_namespace fn ON fn.oid = f.relnamespace
 WHERE o.contype = 'f' AND n.nspname || '.' || c.relname = ANY (%(relations)s)
 ORDER BY o.conname
