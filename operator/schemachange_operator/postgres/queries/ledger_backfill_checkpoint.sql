-- How far a backfill is, in the transaction of its batch.
UPDATE schemachange.backfill
SET last_key = %(last_key)s, pass = %(number)s, rows_passed = %(rows_passed)s, rows_done = %(rows_done)s,
    batches = %(batches)s, done = %(done)s, updated_at = clock_timestamp()
WHERE change_id = %(change_id)s AND step = %(step)s
