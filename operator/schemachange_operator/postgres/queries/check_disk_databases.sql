-- Bytes of all databases of the server that this login may know the size of.
SELECT coalesce(sum(pg_database_size(oid)) FILTER (
    WHERE has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE')
), 0)::bigint AS bytes
FROM pg_database
