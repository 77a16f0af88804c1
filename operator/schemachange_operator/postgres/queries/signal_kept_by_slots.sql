-- The slot that keeps most write-ahead log, or one whose log the server is about to drop. A slot that has lost its log keeps none.
SELECT
    coalesce(max(name), '') AS name,
    coalesce(max(mebibytes), 0)::float8 AS mebibytes,
    coalesce(bool_or(endangered), false) AS endangered
FROM (
    SELECT
        slot_name::text AS name,
        pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) / 1048576 AS mebibytes,
        wal_status = 'unreserved' AS endangered
    FROM pg_replication_slots
    WHERE restart_lsn IS NOT NULL AND wal_status IS DISTINCT FROM 'lost'
    ORDER BY endangered DESC, mebibytes DESC
    LIMIT 1
) AS slot
