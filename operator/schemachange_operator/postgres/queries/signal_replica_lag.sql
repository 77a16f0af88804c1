-- The replica or subscriber that has most to replay; one that only receives counts by what it has received. What a login may
-- not see has no state. A base backup and a sender that begins are no replicas.
SELECT
    coalesce(bool_or(state IS NULL), false) AS hidden,
    coalesce(max(mebibytes), 0)::float8 AS mebibytes,
    coalesce((array_agg(name ORDER BY mebibytes DESC NULLS LAST))[1], '') AS name
FROM (
    SELECT
        coalesce(nullif(application_name, ''), 'without a name') AS name,
        state,
        pg_wal_lsn_diff(pg_current_wal_lsn(), coalesce(replay_lsn, flush_lsn, sent_lsn)) / 1048576 AS mebibytes
    FROM pg_stat_replication
    WHERE state IS NULL OR state IN ('streaming', 'catchup')
) AS replica
