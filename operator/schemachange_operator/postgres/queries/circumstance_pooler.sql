-- Sessions whose last statement was the one that a pooler cleans a session with. Hidden ones do not count.
SELECT count(*) AS sessions, coalesce(string_agg(DISTINCT usename, ', '), '') AS users
  FROM pg_stat_activity
 WHERE datname = current_database() AND state = 'idle' AND query = 'DISCARD ALL'
