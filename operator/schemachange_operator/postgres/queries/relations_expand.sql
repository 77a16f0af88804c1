-- Names of a change's statements, resolved: an index becomes its table, a table brings its partitions and children and
-- its parents, and where its foreign keys are locked with it (partners), their other tables. Names that do not exist yet
-- come back as they would be created.
WITH RECURSIVE asked AS (
    SELECT a.schema, a.name, a.partners
      FROM unnest(%(schemas)s::text[], %(names)s::text[], %(partners)s::boolean[]) AS a (schema, name, partners)
), resolved AS (
    SELECT a.schema, a.name, a.partners, found.oid
      FROM asked a
      LEFT JOIN LATERAL (
           SELECT coalesce(i.indrelid, c.oid) AS oid
             FROM pg_class c
             JOIN pg_namespace n ON n.oid = c.relnamespace
             LEFT JOIN pg_index i ON i.indexrelid = c.oid
            WHERE c.relname = a.name
              AND CASE WHEN a.schema IS NULL THEN n.nspname = ANY (%(search_path)s::text[]) ELSE n.nspname = a.schema END
            ORDER BY array_position(%(search_path)s::text[], n.nspname::text)
            LIMIT 1) found ON true
), touched AS (
    SELECT oid, partners FROM resolved WHERE oid IS NOT NULL
    UNION
    SELECT i.inhrelid, t.partners FROM touched t JOIN pg_inherits i ON i.inhparent = t.oid
), families AS (
    SELECT oid FROM touched
    UNION
    SELECT i.inhparent FROM touched t JOIN pg_inherits i ON i.inhrelid = t.oid
    UNION
    SELECT k.confrelid FROM touched t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f' WHERE t.partners
    UNION
    SELECT k.conrelid FROM touched t JOIN pg_constraint k ON k.confrelid = t.oid AND k.contype = 'f' WHERE t.partners
)
SELECT n.nspname || '.' || c.relname AS relation, true AS present
  FROM families f
  JOIN pg_class c ON c.oid = f.oid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 UNION
SELECT coalesce(r.schema, (%(search_path)s::text[])[1]) || '.' || r.name, false
  FROM resolved r
 WHERE r.oid IS NULL
 ORDER BY 1
