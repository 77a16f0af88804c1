-- For how long archiving has failed: since the last success, or since the counters began, where the last try was a failure.
SELECT CASE
    WHEN current_setting('archive_mode') <> 'off'
        AND last_failed_time > coalesce(last_archived_time, '-infinity')
    THEN extract(epoch FROM clock_timestamp() - coalesce(last_archived_time, stats_reset, last_failed_time))
    ELSE 0
END::float8 AS seconds
FROM pg_stat_archiver
