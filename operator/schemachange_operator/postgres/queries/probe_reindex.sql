-- Invalid copies that REINDEX CONCURRENTLY has left: of one index or one table, or of the whole database.
SELECT pg_namespace.nspname AS schema, pg_class.relname AS name
FROM pg_catalog.pg_index
JOIN pg_catalog.pg_class ON pg_class.oid = pg_index.indexrelid
JOIN pg_catalog.pg_namespace ON pg_namespace.oid = pg_class.relnamespace
WHERE NOT pg_index.indisvalid
    AND pg_class.relname ~ '_cc(new|old)[0-9]*$'
    AND pg_namespace.nspname <> 'pg_toast'
    AND (
        %(relation)s::text IS NULL
        OR pg_index.indrelid = pg_catalog.to_regclass(%(relation)s::text)
        OR pg_index.indrelid = (
            SELECT named.indrelid FROM pg_catalog.pg_index AS named
            WHERE named.indexrelid = pg_catalog.to_regclass(%(relation)s::text)
        )
    )
ORDER BY 1, 2
