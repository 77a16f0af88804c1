-- Tables in publications, by whatever way they came into them, with columns and row filter (PostgreSQL 15 and later).
SELECT t.pubname || ': ' || t.schemaname || '.' || t.tablename AS name,
       t.schemaname || '.' || t.tablename AS "of",
       (to_jsonb(t) ->> 'attnames') AS columns,
       (to_jsonb(t) ->> 'rowfilter') AS row_filter
  FROM pg_publication_tables t
 WHERE t.schemaname::text <> ALL (%(excluded)s)
