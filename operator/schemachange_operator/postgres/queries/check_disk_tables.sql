-- Bytes of some tables with their indexes and TOAST tables, and of their partitions, each counted once.
SELECT coalesce(sum(pg_total_relation_size(file.oid)), 0)::bigint AS bytes
FROM (
    SELECT DISTINCT family.oid
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL (SELECT c.oid UNION SELECT t.relid FROM pg_partition_tree(c.oid) AS t) AS family (oid)
    WHERE n.nspname || '.' || c.relname = ANY (%(relations)s::text[]) AND c.relkind IN ('r', 'p', 'm')
) AS file
