-- A step is undone; in the transaction of what undid it.
UPDATE schemachange.step SET state = 'RolledBack', undone_at = clock_timestamp()
WHERE change_id = %(change_id)s AND name = %(name)s AND state IN ('Done', 'Intent', 'Undoing')
