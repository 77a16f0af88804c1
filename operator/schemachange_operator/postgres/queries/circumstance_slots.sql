-- Replication slots that nobody reads, with the write-ahead log that they keep.
SELECT slot_name::text AS name,
       slot_type AS kind,
       coalesce(wal_status, '') AS wal_status,
       pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint AS kept_bytes
  FROM pg_replication_slots
 WHERE NOT active AND NOT pg_is_in_recovery()
 ORDER BY 1
