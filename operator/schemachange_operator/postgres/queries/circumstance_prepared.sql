-- Prepared transactions of this database: they hold their locks until somebody ends them.
SELECT gid AS name, owner::text AS "user", extract(epoch FROM clock_timestamp() - prepared)::float8 AS seconds
  FROM pg_prepared_xacts
 WHERE database = current_database()
 ORDER BY prepared
