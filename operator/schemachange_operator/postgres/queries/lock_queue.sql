-- Every lock that somebody waits for in this database. `tag` names what is locked, whatever its kind; `milliseconds` is
-- how long it has been waited for.
SELECT
    pid,
    locktype AS kind,
    ROW(locktype, database, relation, page, tuple, virtualxid, transactionid, classid, objid, objsubid)::text AS tag,
    mode,
    coalesce(relation, 0)::bigint AS relation,
    coalesce(extract(epoch FROM clock_timestamp() - waitstart) * 1000, 0)::integer AS milliseconds
FROM pg_locks
WHERE NOT granted
