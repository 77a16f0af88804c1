-- Tables to be dumped: those named, or all of the database. A partitioned table's rows are in its partitions.
SELECT pg_namespace.nspname AS schema, pg_class.relname AS "table", pg_class.relkind = 'r' AS holds_rows
FROM pg_class
JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
WHERE pg_class.relkind IN ('r', 'p')
    AND pg_class.relpersistence <> 't'
    AND pg_namespace.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'schemachange')
    AND NOT EXISTS (
        SELECT FROM pg_depend
        WHERE pg_depend.classid = 'pg_class'::regclass AND pg_depend.objid = pg_class.oid AND pg_depend.deptype = 'e'
    )
    AND (
        %(relations)s::text[] IS NULL
        OR pg_namespace.nspname || '.' || pg_class.relname = ANY (%(relations)s::text[])
    )
ORDER BY 1, 2
