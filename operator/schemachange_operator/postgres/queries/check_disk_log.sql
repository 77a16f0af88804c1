-- Bytes of the write-ahead log; only pg_monitor may ask.
SELECT coalesce(sum(size), 0)::bigint AS bytes
FROM pg_ls_waldir()
