-- Rows that all sessions have read of each table, as far as they have given it to the server's statistics.
SELECT s.relid AS oid,
       (coalesce(s.seq_tup_read, 0) + coalesce(s.idx_tup_fetch, 0))::bigint AS rows
  FROM pg_catalog.pg_stat_user_tables s
