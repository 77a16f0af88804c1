-- Names of those relations that LOCK TABLE takes, in the order of their OIDs.
SELECT n.nspname AS schema, c.relname AS name
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = ANY (%(relations)s::oid[]) AND c.relkind IN ('r', 'p')
ORDER BY c.oid
