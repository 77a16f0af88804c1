-- Schema and name of a relation that is named as in a statement.
SELECT pg_namespace.nspname AS schema, pg_class.relname AS name
FROM pg_catalog.pg_class
JOIN pg_catalog.pg_namespace ON pg_namespace.oid = pg_class.relnamespace
WHERE pg_class.oid = pg_catalog.to_regclass(%(name)s)
