-- Transactions of this database that have been open for long; never the text of a query.
SELECT a.pid,
       coalesce(a.usename, '')::text AS "user",
       coalesce(a.application_name, '') AS application,
       coalesce(a.state, '') AS state,
       extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS seconds
  FROM pg_stat_activity a
 WHERE a.datname = current_database()
   AND a.pid <> pg_backend_pid()
   AND a.backend_type = 'client backend'
   AND a.xact_start < clock_timestamp() - make_interval(secs => %(seconds)s)
 ORDER BY a.xact_start
