-- A question to the data is gentle (no parallel workers), and refused where row security would hide rows from it.
SELECT set_config('row_security', 'off', true),
       set_config('max_parallel_workers_per_gather', '0', true),
       set_config('jit', 'off', true)
