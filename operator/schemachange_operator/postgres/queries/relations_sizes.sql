-- Size on disk with indexes and TOAST, and rows as of the last ANALYZE (-1: never), partitions summed up at their parent.
SELECT r.relation,
       c.relkind::text AS kind,
       coalesce(sum(greatest(p.reltuples, 0)) FILTER (WHERE p.relkind <> 'p'), 0)::bigint AS rows,
       coalesce(bool_or(p.reltuples < 0) FILTER (WHERE p.relkind <> 'p'), false) AS unknown,
       coalesce(sum(pg_total_relation_size(p.oid)), 0)::bigint AS bytes
  FROM unnest(%(relations)s::text[]) AS r (relation)
  JOIN pg_class c ON c.relkind IN ('r', 'p', 'm', 'f')
  JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname || '.' || c.relname = r.relation
 CROSS JOIN LATERAL (
       SELECT c.oid UNION SELECT t.relid FROM pg_partition_tree(c.oid) t) family
  JOIN pg_class p ON p.oid = family.oid
 GROUP BY r.relation, c.relkind
 ORDER BY r.relation
