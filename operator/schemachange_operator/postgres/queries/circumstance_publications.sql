-- Publications that carry touched tables.
SELECT p.pubname::text AS name, p.schemaname || '.' || p.tablename AS relation
  FROM pg_publication_tables p
 WHERE p.schemaname || '.' || p.tablename = ANY (%(relations)s)
 ORDER BY 1, 2
