-- Checkpoints that were asked for, since the counters began.
SELECT num_requested AS requested FROM pg_stat_checkpointer
