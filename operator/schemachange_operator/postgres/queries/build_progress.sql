-- How far an index is that a session builds. Blocks are counted while the table is read, tuples while they are sorted in,
-- lockers while old transactions are waited for.
SELECT
    command,
    phase,
    CASE WHEN lockers_total > 0 AND phase LIKE 'waiting%%' THEN lockers_done
        WHEN blocks_total > 0 THEN blocks_done ELSE tuples_done END AS done,
    CASE WHEN lockers_total > 0 AND phase LIKE 'waiting%%' THEN lockers_total
        WHEN blocks_total > 0 THEN blocks_total ELSE tuples_total END AS total
FROM pg_stat_progress_create_index
WHERE pid = %(pid)s
