-- What all databases and the write-ahead log take.
SELECT (
    (SELECT sum(pg_database_size(oid)) FROM pg_database) + (SELECT coalesce(sum(size), 0) FROM pg_ls_waldir())
)::float8 / 1048576 AS mebibytes
