-- How the touched relations are after a step that is done.
UPDATE schemachange.step SET detail = detail || %(detail)s
WHERE change_id = %(change_id)s AND name = %(name)s AND state = 'Done'
