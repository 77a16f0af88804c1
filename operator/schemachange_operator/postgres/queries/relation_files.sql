-- Every relation of the application with the file that it is in: another file later means that it was written anew.
-- Run inside a migration's transaction as well, whose search_path is the user's.
SELECT c.oid,
       n.nspname || '.' || c.relname AS relation,
       c.relkind::text AS kind,
       pg_catalog.pg_relation_filenode(c.oid) AS file,
       i.indrelid AS index_of
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I')
