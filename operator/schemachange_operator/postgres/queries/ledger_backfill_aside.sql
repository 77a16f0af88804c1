-- Rows of a backfill that could not be filled, by key.
UPDATE schemachange.step SET detail = detail || %(detail)s
WHERE change_id = %(change_id)s AND name = %(step)s AND state = 'Intent'
