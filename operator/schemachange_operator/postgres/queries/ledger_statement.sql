-- One statement that was run.
INSERT INTO schemachange.statement (change_id, step, direction, attempt, number, kind, text, duration_milliseconds, outcome)
VALUES (%(change_id)s, %(step)s, %(direction)s, %(attempt)s, %(number)s, %(kind)s, %(text)s, %(duration)s, %(outcome)s)
