-- A step that was begun has left nothing behind.
DELETE FROM schemachange.step WHERE change_id = %(change_id)s AND name = %(name)s AND state = 'Intent'
