-- How far a backfill is.
SELECT upper_key AS upper, last_key AS last, pass AS number, rows_passed, rows_done, batches, rows_total
FROM schemachange.backfill WHERE change_id = %(change_id)s AND step = %(step)s
