-- Invalid indexes of touched tables and of their TOAST tables, and pending partitions. An index of a TOAST table can only be
-- dropped by a superuser: nobody else may use the schema pg_toast. A partitioned table's index is invalid for as long as a
-- partition has none of its own, which is no debris.
WITH touched AS (
    SELECT pg_class.oid, pg_class.reltoastrelid, pg_namespace.nspname || '.' || pg_class.relname AS relation
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
    WHERE pg_namespace.nspname || '.' || pg_class.relname = ANY (%(relations)s)
)
SELECT
    'The invalid index' AS what, touched.relation, format('%%I.%%I', pg_namespace.nspname, pg_class.relname) AS name,
    format(
        '%%sDROP INDEX CONCURRENTLY %%I.%%I;',
        CASE WHEN pg_index.indrelid = touched.reltoastrelid THEN 'As a superuser: ' ELSE '' END,
        pg_namespace.nspname, pg_class.relname
    ) AS remedy
FROM touched
JOIN pg_index ON pg_index.indrelid IN (touched.oid, touched.reltoastrelid) AND NOT pg_index.indisvalid
JOIN pg_class ON pg_class.oid = pg_index.indexrelid AND pg_class.relkind = 'i'
JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
UNION ALL
SELECT
    'The partition', touched.relation, inhrelid::regclass::text,
    format('ALTER TABLE %%s DETACH PARTITION %%s FINALIZE;', touched.relation, inhrelid::regclass)
FROM touched JOIN pg_inherits ON inhparent = touched.oid AND inhdetachpending
ORDER BY 1, 3
