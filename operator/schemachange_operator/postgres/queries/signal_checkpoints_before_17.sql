-- Checkpoints that were asked for, since the counters began, where they are not in a view of their own.
SELECT checkpoints_req AS requested FROM pg_stat_bgwriter
