-- The table of a name, by the schemas where it is looked for.
SELECT c.oid AS relation
FROM unnest(%(schemas)s::text[]) WITH ORDINALITY AS path (schema, place)
JOIN pg_namespace n ON n.nspname = path.schema
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = %(table)s AND c.relkind IN ('r', 'p', 'f')
ORDER BY path.place
LIMIT 1
