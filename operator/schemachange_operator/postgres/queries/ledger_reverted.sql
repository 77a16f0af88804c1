-- Says of a completed change that another has undone it.
UPDATE schemachange.change
SET outcome = %(outcome)s
WHERE namespace = %(namespace)s AND name = %(name)s AND state = 'Completed' AND outcome IS DISTINCT FROM %(outcome)s
