-- What of some relations is written anew, by name, and its bytes: tables with their indexes, TOAST tables and partitions, each
-- counted once, and indexes whose table is not among them.
WITH named AS (
    SELECT c.oid, c.relkind, n.nspname || '.' || c.relname AS relation
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname || '.' || c.relname = ANY (%(relations)s::text[]) AND c.relkind IN ('r', 'p', 'm', 'i')
), tables AS (
    SELECT DISTINCT family.oid
    FROM named
    CROSS JOIN LATERAL (SELECT named.oid UNION SELECT t.relid FROM pg_partition_tree(named.oid) AS t) AS family (oid)
    WHERE named.relkind <> 'i'
), written AS (
    SELECT oid FROM tables
    UNION
    SELECT named.oid
    FROM named
    JOIN pg_index ON pg_index.indexrelid = named.oid
    WHERE named.relkind = 'i' AND pg_index.indrelid NOT IN (SELECT oid FROM tables)
)
SELECT
    coalesce(sum(pg_total_relation_size(written.oid)), 0)::bigint AS bytes,
    coalesce(array_agg(named.relation ORDER BY named.relation) FILTER (WHERE named.relation IS NOT NULL), '{}') AS relations
FROM written
LEFT JOIN named ON named.oid = written.oid
