-- The columns by which a table's rows can be told apart, in order, with their types: its primary key, or else a unique index
-- that every row is in and that orders as its columns do.
WITH key AS (
    SELECT pg_index.indrelid, pg_index.indkey, pg_index.indnkeyatts
    FROM pg_catalog.pg_index
    WHERE pg_index.indrelid = pg_catalog.to_regclass(%(table)s) AND pg_index.indisunique AND pg_index.indisvalid
        AND (pg_index.indisprimary OR (
            pg_index.indimmediate AND pg_index.indpred IS NULL AND pg_index.indexprs IS NULL
            AND NOT EXISTS (
                SELECT
                FROM unnest(pg_index.indkey, pg_index.indclass, pg_index.indcollation)
                    WITH ORDINALITY AS member (number, class, ordering, position)
                JOIN pg_catalog.pg_attribute ON pg_attribute.attrelid = pg_index.indrelid AND pg_attribute.attnum = member.number
                WHERE member.position <= pg_index.indnkeyatts AND (
                    NOT pg_attribute.attnotnull
                    OR member.ordering <> pg_attribute.attcollation
                    OR EXISTS (
                        SELECT FROM pg_catalog.pg_opclass WHERE pg_opclass.oid = member.class AND NOT pg_opclass.opcdefault
                    )
                    OR EXISTS (
                        SELECT FROM pg_catalog.pg_constraint
                        WHERE pg_constraint.conrelid = pg_index.indrelid AND pg_constraint.contype = 'n'
                            AND pg_constraint.conkey = ARRAY[pg_attribute.attnum] AND NOT pg_constraint.convalidated
                    )
                )
            )
        ))
    ORDER BY pg_index.indisprimary DESC, pg_index.indisreplident DESC, pg_index.indnkeyatts, pg_index.indexrelid
    LIMIT 1
)
SELECT pg_attribute.attname AS name, pg_catalog.format_type(pg_attribute.atttypid, pg_attribute.atttypmod) AS type
FROM key
CROSS JOIN LATERAL unnest(key.indkey) WITH ORDINALITY AS member (number, position)
JOIN pg_catalog.pg_attribute ON pg_attribute.attrelid = key.indrelid AND pg_attribute.attnum = member.number
WHERE member.position <= key.indnkeyatts
ORDER BY member.position
