-- Whether an index is there, and whether it is complete.
SELECT pg_index.indisvalid AND pg_index.indisready AS valid
FROM pg_catalog.pg_index
JOIN pg_catalog.pg_class ON pg_class.oid = pg_index.indexrelid
JOIN pg_catalog.pg_namespace ON pg_namespace.oid = pg_class.relnamespace
WHERE pg_namespace.nspname = %(schema)s AND pg_class.relname = %(name)s
