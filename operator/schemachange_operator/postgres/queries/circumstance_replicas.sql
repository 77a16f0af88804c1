-- Who receives the write-ahead log, and how far behind. Columns are NULL for a login without pg_read_all_stats.
SELECT coalesce(nullif(application_name, ''), 'without a name') AS name,
       coalesce(state, '') AS state,
       coalesce(sync_state, '') AS sync_state,
       extract(epoch FROM replay_lag)::float8 AS lag_seconds,
       pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::bigint AS lag_bytes
  FROM pg_stat_replication
 WHERE NOT pg_is_in_recovery()
 ORDER BY 1
