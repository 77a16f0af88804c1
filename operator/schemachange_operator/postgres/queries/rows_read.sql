-- Rows that this session has read of each table and not yet given to the server's statistics: scans that check a
-- constraint, rewrites and index builds count here like queries, one row for each time that it is read.
SELECT s.relid AS oid,
       (coalesce(s.seq_tup_read, 0) + coalesce(s.idx_tup_fetch, 0))::bigint AS rows
  FROM pg_catalog.pg_stat_xact_user_tables s
