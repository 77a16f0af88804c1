-- A rollback that cannot be in a transaction is about to run.
UPDATE schemachange.step SET state = 'Undoing', detail = detail || %(detail)s
WHERE change_id = %(change_id)s AND name = %(name)s AND state IN ('Done', 'Intent')
