-- How the ledger stands in this transaction: its last entry, rows of it written by this transaction so far (undone
-- savepoints count too), and which transaction has defined its tables, columns, triggers and functions last.
WITH tables AS (
    SELECT pg_class.oid, pg_class.xmin, pg_class.relfilenode
    FROM pg_class WHERE relnamespace = 'schemachange'::regnamespace
), definitions AS (
    SELECT 'table' AS kind, oid, 0 AS part, xmin, relfilenode AS file FROM tables
    UNION ALL SELECT 'column', attrelid, attnum, pg_attribute.xmin, 0
    FROM pg_attribute JOIN tables ON tables.oid = attrelid
    UNION ALL SELECT 'trigger', pg_trigger.oid, 0, pg_trigger.xmin, 0
    FROM pg_trigger JOIN tables ON tables.oid = tgrelid
    UNION ALL SELECT 'constraint', pg_constraint.oid, 0, pg_constraint.xmin, 0
    FROM pg_constraint WHERE connamespace = 'schemachange'::regnamespace
    UNION ALL SELECT 'rule', pg_rewrite.oid, 0, pg_rewrite.xmin, 0
    FROM pg_rewrite JOIN tables ON tables.oid = ev_class
    UNION ALL SELECT 'policy', pg_policy.oid, 0, pg_policy.xmin, 0
    FROM pg_policy JOIN tables ON tables.oid = polrelid
    UNION ALL SELECT 'function', oid, 0, xmin, 0
    FROM pg_proc WHERE pronamespace = 'schemachange'::regnamespace
    UNION ALL SELECT 'schema', oid, 0, xmin, 0
    FROM pg_namespace WHERE nspname = 'schemachange'
)
SELECT concat_ws(
    ' ',
    (SELECT encode(digest, 'hex') FROM schemachange.entry ORDER BY sequence DESC LIMIT 1),
    (
        SELECT sum(
            pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
            + pg_stat_get_xact_tuples_deleted(oid)
        )
        FROM tables
    ),
    (SELECT md5(string_agg(concat_ws('/', kind, oid, part, xmin, file), ' ' ORDER BY kind, oid, part)) FROM definitions)
) AS seal
