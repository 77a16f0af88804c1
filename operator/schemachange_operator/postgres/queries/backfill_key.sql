-- The primary key's columns in its order, with their types.
SELECT pg_attribute.attname AS name, pg_catalog.format_type(pg_attribute.atttypid, pg_attribute.atttypmod) AS type
FROM pg_catalog.pg_index
CROSS JOIN LATERAL unnest(pg_index.indkey) WITH ORDINALITY AS member (number, position)
JOIN pg_catalog.pg_attribute ON pg_attribute.attrelid = pg_index.indrelid AND pg_attribute.attnum = member.number
WHERE pg_index.indrelid = pg_catalog.to_regclass(%(table)s) AND pg_index.indisprimary AND pg_index.indisvalid
    AND member.position <= pg_index.indnkeyatts
ORDER BY member.position
