-- How touched tables are used, since the statistics were reset, and whether one of them is being vacuumed.
SELECT t.schemaname || '.' || t.relname AS relation,
       (coalesce(t.seq_scan, 0) + coalesce(t.idx_scan, 0))::bigint AS scans,
       (t.n_tup_ins + t.n_tup_upd + t.n_tup_del)::bigint AS writes,
       coalesce(d.stats_reset, pg_postmaster_start_time()) AS since,
       extract(epoch FROM clock_timestamp() - coalesce(d.stats_reset, pg_postmaster_start_time()))::float8 AS seconds,
       EXISTS (SELECT FROM pg_locks l
                WHERE l.relation = t.relid AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted) AS maintained
  FROM pg_stat_user_tables t
  JOIN pg_stat_database d ON d.datname = current_database()
 WHERE t.schemaname || '.' || t.relname = ANY (%(relations)s)
 ORDER BY 1
