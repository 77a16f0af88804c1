-- Sessions of this database whose details this login may not see.
SELECT count(*) AS sessions
  FROM pg_stat_activity
 WHERE datname = current_database() AND backend_start IS NULL
